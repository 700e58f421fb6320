"""Where one gets each product."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A product's name and version, and where one gets its files."""

    product: str
    source: str


SOURCES = {
    "cmfd-v1.6": Source(
        "CMFD v1.6 (1979-2018)",
        "National Tibetan Plateau Data Center, doi:10.11888/AtmosphericPhysics.tpe.249369.file "
        "(log in, state a purpose, receive an FTP account)",
    ),
    "cmfd-v2.0": Source(
        "CMFD v2.0 (1951-2024)",
        "National Tibetan Plateau Data Center, https://data.tpdc.ac.cn, 'China meteorological "
        "forcing dataset (version 2.0)' (log in, state a purpose, receive an FTP account)",
    ),
    "nldas-2": Source(
        "NLDAS-2 V2.0 (NLDAS_FORA0125_H, from 1979-01-01 13:00)",
        "NASA GES DISC, doi:10.5067/THUF4J1RLSYG (Earthdata login; for example "
        "earthaccess.search_data(short_name='NLDAS_FORA0125_H', version='2.0'))",
    ),
    "gleam-v3": Source(
        "GLEAM v3", "https://www.gleam.eu (register, receive an SFTP account; folder daily/<year>)"
    ),
    "gleam-v4": Source(
        "GLEAM v4", "https://www.gleam.eu (register, receive an SFTP account; folder daily/<year>)"
    ),
    "soil-hydraulic": Source(
        "China soil hydraulic parameters (Dai et al. 2013)",
        "Beijing Normal University, http://globalchange.bnu.edu.cn/research/data",
    ),
    "soil-properties": Source(
        "China soil properties (Shangguan et al. 2013)",
        "Beijing Normal University, http://globalchange.bnu.edu.cn/research/data",
    ),
    "elevation": Source(
        "land elevation",
        "any CF NetCDF file; for China the elevation file that comes with CMFD "
        "(doi:10.11888/AtmosphericPhysics.tpe.249369.file)",
    ),
    "land-cover": Source(
        "land cover",
        "any CF NetCDF file of UMD or IGBP class codes, such as MODIS MCD12C1 "
        "(https://lpdaac.usgs.gov) saved as NetCDF",
    ),
    "vic": Source(
        "VIC 5",
        "https://github.com/UW-Hydro/VIC, built as image driver (vic_image.exe); or leave "
        "vic.executable out of the settings",
    ),
    "flux-tower": Source(
        "flux tower",
        "daily NetCDF files such as those of https://github.com/callmip-org/Phase1 "
        "(Data/Phase1b), made of FLUXNET2015 (https://fluxnet.org)",
    ),
    "twin": Source("the twin's raw files", "made by this workflow: run snakemake"),
    "user": Source("your own file", "yours to give: correct its path in the settings"),
}
