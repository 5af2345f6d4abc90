using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The nodes of a cluster.</summary>
public sealed record NodeSettings
{
    /// <summary>The shape.</summary>
    [Setting("The shape of a node; a flexible one.", Pattern = "^VM\\.[A-Za-z0-9.]+\\.Flex$", Form = "a flexible shape", Example = "VM.Standard.E5.Flex")]
    public string Shape { get; init; } = "VM.Standard.E5.Flex";

    /// <summary>The nodes' processors are Arm's: that is what the letter A of a standard shape stands for.</summary>
    public bool AreArm => Shape.StartsWith("VM.Standard.A", StringComparison.Ordinal);

    /// <summary>The cores of a node.</summary>
    [Setting("The cores (OCPUs) of a node; each is two processors.", Least = "1", Most = "64")]
    public int Ocpus { get; init; } = 2;

    /// <summary>The memory of a node.</summary>
    [Setting("The memory of a node in GB.", Least = "4", Most = "1024")]
    public int MemoryInGbs { get; init; } = 16;

    /// <summary>The least nodes.</summary>
    [Setting("The least nodes.", Least = "1", Most = "1000")]
    public int Min { get; init; } = 2;

    /// <summary>The most nodes.</summary>
    [Setting("The most nodes that the autoscaler makes.", Least = "1", Most = "1000")]
    public int Max { get; init; } = 6;

    /// <summary>In how many availability domains.</summary>
    [Setting("In how many availability domains the nodes are; not every region has three.", Least = "1", Most = "3")]
    public int AvailabilityDomains { get; init; } = 1;
}
