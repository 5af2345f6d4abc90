using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record SplitterStackSettings
{
    [Setting(
        "The secret of OCI Vault that holds the key between TrafficSplitter and the routers: 16 to 128 printable characters. `pulumi up` "
        + "reads it.",
        Pattern = "^ocid1\\.vaultsecret\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$",
        Form = "the OCID of a secret",
        Example = "ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa")]
    public required string KeySecret { get; init; }

    [Setting(
        "The memory of TrafficSplitter in MB: 128, 256, 512, 1024, 2048 or 3072. With more memory, a request costs more and a cold start "
        + "is shorter.",
        Min = "128",
        Max = "3072")]
    public int MemoryInMbs { get; init; } = 1024;

    [Setting(
        "The number of containers of TrafficSplitter that are kept ready, so requests do not wait for one to start. You pay for them all "
        + "the time. 0, or a multiple of the number that OCI keeps ready at a time: 40 with 128 MB, 20 with 256 MB, 10 with 512 MB or "
        + "more.",
        Min = "0",
        Max = "400")]
    public int ProvisionedConcurrency { get; init; }
}
