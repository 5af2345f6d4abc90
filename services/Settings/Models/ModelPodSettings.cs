using ModelServing.Settings.Cloud;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>What differs in the pods of one model's versions; what is not given is as in <see cref="CloudSettings.Inference"/>.</summary>
public sealed record ModelPodSettings
{
    /// <summary>The least pods of a version that has or may get all traffic.</summary>
    [Setting("The least pods of a version that has, or at once may get, all traffic of the model.", Least = "1", Most = "1000")]
    public int? Min { get; init; }

    /// <summary>The most pods of a version.</summary>
    [Setting("The most pods of a version.", Least = "1", Most = "1000")]
    public int? Max { get; init; }

    /// <summary>The processor of a pod.</summary>
    [Setting("The processor that a pod asks for.", Pattern = PodSettings.CpuPattern, Form = PodSettings.CpuForm, Example = "500m")]
    public string? Cpu { get; init; }

    /// <summary>The memory of a pod.</summary>
    [Setting("The memory that a pod asks for, and may have at most.", Pattern = PodSettings.MemoryPattern, Form = PodSettings.MemoryForm, Example = "1Gi")]
    public string? Memory { get; init; }
}
