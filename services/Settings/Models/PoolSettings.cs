using ModelServing.Settings.Cloud;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>Overrides of <see cref="CloudSettings.Inference"/> for the pods of one pool.</summary>
public sealed record PoolSettings
{
    [Setting("The smallest number of the pool's pods.", Min = "1", Max = "1000")]
    public int? Min { get; init; }

    [Setting("The largest number of the pool's pods.", Min = "1", Max = "1000")]
    public int? Max { get; init; }

    [Setting("The processor time that a pod requests.", Pattern = PodSettings.CpuPattern, Form = PodSettings.CpuForm, Example = "500m")]
    public string? Cpu { get; init; }

    [Setting(
        "The memory that a pod requests. It is also the limit. What does not fit is unloaded, and loaded again when it is requested.",
        Pattern = PodSettings.MemoryPattern,
        Form = PodSettings.MemoryForm,
        Example = "1Gi")]
    public string? Memory { get; init; }
}
