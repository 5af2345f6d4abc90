using ModelServing.Rollout.Guard;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Tells slow answers, for a watched variant and for stable alike.</summary>
internal static class SlowAnswer
{
    /// <summary>Whether a good answer took longer than the guard allows: than the rollout's <c>slowerThan</c> or, without it, than the
    /// limit that follows from stable's answers.</summary>
    internal static bool IsSlow(ModelRoute model, GuardPolicy policy, in AttemptResult result, TimeProvider time)
    {
        var elapsed = time.GetElapsedTime(0, result.Elapsed);
        return policy.SlowerThan is { } limit ? elapsed > limit : elapsed > SlowLimit.Floor && elapsed > model.SlowLimit.Current;
    }

    /// <summary>Whether a slow answer is evidence about its variant. An endpoint that has just started is not compared with stable's usual
    /// time: its caches are cold, and its code is still being compiled.</summary>
    internal static bool IsEvidence(ModelRoute model, GuardPolicy policy, in AttemptResult result, TimeProvider time) =>
        IsSlow(model, policy, result, time) && (policy.SlowerThan is not null || result.Endpoint?.Health.IsNew == false);
}
