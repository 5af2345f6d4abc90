using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>How many pods of one kind there are, and how large they are.</summary>
public sealed record PodSettings
{
    internal const string CpuPattern = "^([1-9][0-9]{0,2}|[1-9][0-9]{1,5}m)$";
    internal const string CpuForm = "a number of processors or of thousandths with 'm'";
    internal const string MemoryPattern = "^[1-9][0-9]{0,5}(Mi|Gi)$";
    internal const string MemoryForm = "a size in 'Mi' or 'Gi'";

    /// <summary>The least pods.</summary>
    [Setting("The least pods. Of a version: of one that has, or at once may get, all traffic of its model; a canary has one at the least.", Least = "1", Most = "1000")]
    public int Min { get; init; } = 2;

    /// <summary>The most pods.</summary>
    [Setting("The most pods.", Least = "1", Most = "1000")]
    public int Max { get; init; } = 10;

    /// <summary>The processor of a pod.</summary>
    [Setting("The processor that a pod asks for. It may use more when the node has it.", Pattern = CpuPattern, Form = CpuForm, Example = "500m")]
    public string Cpu { get; init; } = "500m";

    /// <summary>The memory of a pod.</summary>
    [Setting("The memory that a pod asks for, and may have at most.", Pattern = MemoryPattern, Form = MemoryForm, Example = "1Gi")]
    public string Memory { get; init; } = "1Gi";

    /// <summary>The use of the processor, in percent of what pods ask for, above which there are more pods.</summary>
    [Setting("The use of the processor, in percent of what pods ask for, that the number of pods is steered to.", Least = "10", Most = "95")]
    public int CpuTarget { get; init; } = 60;

    /// <summary>These settings with what differs for one model.</summary>
    public PodSettings With(ModelPodSettings model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return this with { Min = model.Min ?? Min, Max = model.Max ?? Max, Cpu = model.Cpu ?? Cpu, Memory = model.Memory ?? Memory };
    }
}
