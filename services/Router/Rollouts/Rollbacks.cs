using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Journal;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts.Watching;

namespace ModelServing.Router.Rollouts;

/// <summary>Condemns versions: on the board at once, and in the journal as soon as it can be written.</summary>
internal sealed class Rollbacks(
    RolloutBoard board, JournalKeeper keeper, RouterIncarnation router, RouterMetrics metrics, TimeProvider time, ILogger<Rollbacks> logger)
{
    /// <summary>Condemns a version; false if it is condemned already.</summary>
    internal bool Condemn(RolledBackEvent decision, string summary)
    {
        if (!board.Condemn(decision))
            return false;
        RolloutLog.Condemned(logger, decision.Model.Text, decision.Version.ToString(), decision.Trial, decision.Reason.ToString(), summary);
        metrics.RolledBack(decision);
        keeper.Wake();
        return true;
    }

    /// <summary>Condemns a watched version by this router's own decision; false if it is condemned already.</summary>
    internal bool Condemn(WatchedVariant watched, RollbackReason reason, JsonElement evidence, string summary)
    {
        var decision = new RolledBackEvent
        {
            Model = watched.Version.Trial.Model,
            Time = time.GetUtcNow(),
            Version = watched.Version.Trial.Version,
            Trial = watched.Version.Trial.Trial,
            Variant = watched.Variant,
            Reason = reason,
            Who = router.Name,
            Evidence = evidence,
        };
        return Condemn(decision, summary);
    }
}
