using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;

namespace ModelServing.Settings.Models;

/// <summary>Makes what a replay needs to know from checked settings.</summary>
public static class ReplayMaker
{
    /// <param name="name">The model.</param>
    /// <param name="model">Its settings, whose metrics measure both versions.</param>
    /// <param name="version">The candidate; null if it is not known yet.</param>
    public static ReplayDocument Make(ModelName name, ModelSettings model, ModelVersion? version)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ReplayDocument
        {
            Model = name,
            Version = version,
            Metrics = [.. ExperimentMaker.Make(name, model)?.Metrics.Where(static metric => metric.Output is not null) ?? []],
            DeadlineMilliseconds = (long)model.Deadline.TotalMilliseconds,
        };
    }
}
