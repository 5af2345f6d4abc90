using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>Overrides of <see cref="CloudSettings.Inference"/> for the versions of one model.</summary>
public sealed record ModelPodSettings
{
    [Setting(
        "The pool in which the model's versions run, one of `pools`. Its pods serve the versions of all models of the pool. By default, "
        + "each version has pods of its own, which isolates it. docs/pools.md explains when to use a pool.",
        Pattern = ModelName.Pattern,
        Form = "the name of a pool",
        Example = "small")]
    public string? Pool { get; init; }

    [Setting("The smallest number of pods of a version that gets, or may suddenly get, all traffic of the model.", Min = "1", Max = "1000")]
    public int? Min { get; init; }

    [Setting("The largest number of pods of a version.", Min = "1", Max = "1000")]
    public int? Max { get; init; }

    [Setting("The processor time that a pod requests.", Pattern = PodSettings.CpuPattern, Form = PodSettings.CpuForm, Example = "500m")]
    public string? Cpu { get; init; }

    [Setting(
        "The memory that a pod requests. It is also the limit.",
        Pattern = PodSettings.MemoryPattern,
        Form = PodSettings.MemoryForm,
        Example = "1Gi")]
    public string? Memory { get; init; }
}
