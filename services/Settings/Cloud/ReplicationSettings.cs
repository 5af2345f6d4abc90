using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>A copy of the bucket in another region.</summary>
public sealed record ReplicationSettings
{
    [Setting(
        "The region of the copy, a bucket of the same name with `-copy` at its end. Object Storage copies what is stored from then on, "
        + "and deletes there what is deleted here. The copy keeps no former versions, and Oracle's own key encrypts it.",
        Pattern = CloudSettings.RegionPattern,
        Form = CloudSettings.RegionForm,
        Example = "eu-amsterdam-1")]
    public required string Region { get; init; }
}
