using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;

namespace ModelServing.Router.Rollouts;

/// <summary>Runs every step of a rollback once, on made-up counts, so that the code is compiled before it is needed: most routers see one
/// rollback in their life, and it must be quick.</summary>
internal static class GuardRehearsal
{
    private const int Failures = 40;

    /// <summary>Returns the event that the rehearsal leads to.</summary>
    internal static RolledBackEvent Play(TimeProvider time)
    {
        var now = time.GetUtcNow();
        var trial = new VersionTrial(ModelName.Parse("rehearsal"), new ModelVersion(2), 1);
        var (recorder, keys, losses) = (new ClientRecorder(), new FailedKeys(), new LostConnections());
        var policy = new GuardPolicy { RoutersMax = 1, MaxErrorRate = 0.05, SlowerThan = TimeSpan.FromSeconds(1) };
        var share = TrafficShare.From(500, 9500);
        for (var i = 0; i < Failures; i++)
        {
            _ = losses.IsFailure("rehearsal", TimeSpan.FromSeconds(i));
            recorder.Requested(i % ClientGroups.Count);
            recorder.Record(i % ClientGroups.Count, new Observation(IsWatched: true, CallOutcome.Succeeded, share, 1));
            recorder.Record(
                i % ClientGroups.Count,
                new Observation(IsWatched: true, CallOutcome.Error, share, 1 + (i / 10), keys.Failed((ulong)i, 1)));
            recorder.Record(i % ClientGroups.Count, new Observation(IsWatched: false, CallOutcome.Slow, share, 1 + (i / 10)));
        }

        var counts = ClientCounts.Sum([ClientCounts.Parse(recorder.Read().ToBytes())]);
        _ = GuardRule.Read(counts, policy, GuardScope.Sum);
        var verdict = GuardRule.Decide(counts, policy, GuardScope.Sum, now, now)
            ?? throw new InvalidOperationException("the rehearsal's failures led to no verdict");
        var decision = new RolledBackEvent
        {
            Model = trial.Model,
            Time = now,
            Version = trial.Version,
            Trial = trial.Trial,
            Variant = VariantPlan.Canary,
            Reason = RollbackReason.Guard,
            Who = "rehearsal",
            Evidence = GuardEvidence.ToJson(verdict),
        };
        var board = new RolloutBoard(isJournaled: false);
        _ = board.Condemn((RolledBackEvent)JournalEvent.Parse((decision with { Seq = 1 }).ToUtf8()));
        _ = JournalSnapshot.Parse(JournalSnapshot.ToUtf8([board.StateOf(trial.Model)!]));
        return decision;
    }
}
