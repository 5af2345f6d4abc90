using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record RegionMetadataSettings
{
    [Setting("The three-letter key of the region.", Pattern = "^[a-z]{3}$", Form = "a region key", Example = "fra")]
    public required string Key { get; init; }

    [Setting("The key of the region's realm.", Pattern = "^oc[0-9]{1,3}$", Form = "a realm key", Example = "oc1")]
    public string Realm { get; init; } = "oc1";

    [Setting(
        "The domain of the realm's services.",
        Pattern = "^[a-z0-9-]+(\\.[a-z0-9-]+)+$",
        Form = "a domain",
        Example = "oraclecloud.com")]
    public string Domain { get; init; } = "oraclecloud.com";
}
