using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record NodeSettings
{
    [Setting(
        "The shape of a node, a flexible one.",
        Pattern = "^VM\\.[A-Za-z0-9.]+\\.Flex$",
        Form = "a flexible shape",
        Example = "VM.Standard.E5.Flex")]
    public string Shape { get; init; } = "VM.Standard.E5.Flex";

    /// <summary>True if the nodes have Arm processors. The letter A in a standard shape means Arm.</summary>
    public bool AreArm => Shape.StartsWith("VM.Standard.A", StringComparison.Ordinal);

    [Setting("The cores (OCPUs) of a node. Each core is two processors, one with `VM.Standard.A1.Flex`.", Min = "1", Max = "64")]
    public int Ocpus { get; init; } = 2;

    [Setting("The memory of a node in GB.", Min = "4", Max = "1024")]
    public int MemoryInGbs { get; init; } = 16;

    [Setting(
        "The smallest number of nodes, at least one for each availability domain. The autoscaler keeps to it, also when it is raised "
        + "later.",
        Min = "1",
        Max = "1000")]
    public int Min { get; init; } = 2;

    [Setting("The largest number of nodes that the autoscaler creates.", Min = "1", Max = "1000")]
    public int Max { get; init; } = 6;

    [Setting(
        "The number of availability domains with nodes. Each has a node pool of its own, with its part of `min` and `max`. Not every "
        + "region has three. With 1, pods are spread over the domain's fault domains.",
        Min = "1",
        Max = "3")]
    public int AvailabilityDomains { get; init; } = 1;

    [Setting(
        "Whether a change of the node pools replaces all nodes, a quarter at a time. Otherwise only new nodes get a new image, version or "
        + "size. Set it to true to ask for it, and to false when it is done.")]
    public bool Cycling { get; init; }
}
