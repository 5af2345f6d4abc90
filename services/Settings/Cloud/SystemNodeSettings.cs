using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record SystemNodeSettings
{
    [Setting(
        "The number of nodes. They are in the availability domains of `cluster.nodes` and have the same shape. With 0, the add-ons run "
        + "among our pods, and the autoscaler on nodes that it may remove.",
        Min = "0",
        Max = "20")]
    public int Count { get; init; } = 2;

    [Setting("The cores (OCPUs) of a node. Each core is two processors, one with `VM.Standard.A1.Flex`.", Min = "1", Max = "64")]
    public int Ocpus { get; init; } = 1;

    [Setting("The memory of a node in GB.", Min = "4", Max = "1024")]
    public int MemoryInGbs { get; init; } = 8;
}
