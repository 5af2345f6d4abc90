using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The number and size of the pods of one kind.</summary>
public sealed record PodSettings
{
    internal const string CpuPattern = "^([1-9][0-9]{0,2}|[1-9][0-9]{1,5}m)$";
    internal const string CpuForm = "a number of processors, or of thousandths with 'm'";
    internal const string MemoryPattern = "^[1-9][0-9]{0,5}(Mi|Gi)$";
    internal const string MemoryForm = "a size in 'Mi' or 'Gi'";

    [Setting(
        "The smallest number of pods. For a version, it applies if the version gets, or may suddenly get, all traffic of its model; a "
        + "canary has at least one pod.",
        Min = "1",
        Max = "1000")]
    public int Min { get; init; } = 2;

    [Setting("The largest number of pods.", Min = "1", Max = "1000")]
    public int Max { get; init; } = 10;

    [Setting(
        "The processor time that a pod requests. It may use more if the node has more.",
        Pattern = CpuPattern,
        Form = CpuForm,
        Example = "500m")]
    public string Cpu { get; init; } = "250m";

    [Setting("The memory that a pod requests. It is also the limit.", Pattern = MemoryPattern, Form = MemoryForm, Example = "1Gi")]
    public string Memory { get; init; } = "1Gi";

    [Setting(
        "The processor use that the autoscaler aims at, in percent of the processor time that the pods request.",
        Min = "10",
        Max = "95")]
    public int CpuTarget { get; init; } = 60;

    /// <summary>These settings with the overrides of one model.</summary>
    public PodSettings With(ModelPodSettings model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return this with { Min = model.Min ?? Min, Max = model.Max ?? Max, Cpu = model.Cpu ?? Cpu, Memory = model.Memory ?? Memory };
    }

    /// <summary>These settings with the overrides of a pool.</summary>
    public PodSettings With(PoolSettings pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return this with { Min = pool.Min ?? Min, Max = pool.Max ?? Max, Cpu = pool.Cpu ?? Cpu, Memory = pool.Memory ?? Memory };
    }
}
