using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Settings.Models;

/// <summary>Makes the settings of the hosts that log predictions from those of a stack file.</summary>
public static class PredictionLogMaker
{
    /// <summary>The settings of a version's processes; null if nothing is recorded.</summary>
    /// <param name="settings">The stack's settings.</param>
    /// <param name="model">The version's model.</param>
    /// <param name="store">The store: <see cref="PredictionLogSettings.Store"/>.</param>
    /// <param name="spool">The folder of the spools: <see cref="PredictionLogSettings.Spool"/>.</param>
    public static PredictionLogSettings? ForVersion(StackSettings settings, ModelName model, string store, string spool)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(model);
        var recorded = settings.Models.TryGetValue(model, out var found) ? found.Predictions : new ModelPredictionSettings();
        return ForRouter(settings, store, spool) is { } log
            ? log with { Sample = recorded.Sample.Hundredths, Drop = recorded.Drop, Hash = recorded.Hash }
            : null;
    }

    /// <summary>The settings of a pool's processes, whose document says which data of each version are recorded; null if nothing is
    /// recorded.</summary>
    /// <param name="settings">The stack's settings.</param>
    /// <param name="store">The store: <see cref="PredictionLogSettings.Store"/>.</param>
    /// <param name="spool">The folder of the spools: <see cref="PredictionLogSettings.Spool"/>.</param>
    public static PredictionLogSettings? ForPool(StackSettings settings, string store, string spool) => ForRouter(settings, store, spool);

    /// <summary>The settings of a router, which records only attempts without an answer, and so no inputs or outputs; null if nothing is
    /// recorded.</summary>
    /// <param name="settings">The stack's settings.</param>
    /// <param name="store">The store: <see cref="PredictionLogSettings.Store"/>.</param>
    /// <param name="spool">The folder of the spools: <see cref="PredictionLogSettings.Spool"/>.</param>
    public static PredictionLogSettings? ForRouter(StackSettings settings, string store, string spool)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var predictions = settings.Predictions;
        return predictions.Mode == PredictionLogMode.Off
            ? null
            : new PredictionLogSettings
            {
                Store = store,
                Spool = spool,
                Mode = predictions.Mode == PredictionLogMode.Disk ? SpoolMode.Disk : SpoolMode.Process,
                RefuseWhenFull = predictions.WhenFull == FullSpool.Refuse,
                SpoolBytes = predictions.SpoolBytes,
                RetentionDays = predictions.RetentionDays,
                HashKey = predictions.HashKey is { IsKnown: true } key ? key.Reveal() : null,
            };
    }
}
