using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Forwarding;

/// <summary>Tells slow answers.</summary>
internal static class SlowAnswer
{
    private const string WorkPart = HeaderNames.Work + ";dur=";

    /// <summary>Whether a good answer took longer than the guard allows: than the rollout's <c>slowerThan</c> or, without it, than the
    /// limit that follows from stable's answers.</summary>
    internal static bool IsSlow(ModelRoute model, GuardPolicy policy, in AttemptResult result, TimeProvider time) =>
        IsOver(model, policy, time.GetElapsedTime(0, result.Elapsed));

    /// <summary>Whether a slow answer is evidence about its variant, a watched one or stable. An endpoint that has just started is not
    /// compared with stable's usual time: its caches are cold, and its code is still being compiled.</summary>
    internal static bool IsEvidence(ModelRoute model, GuardPolicy policy, in AttemptResult result, TimeProvider time) =>
        IsSlow(model, policy, result, time) && (policy.SlowerThan is not null || result.Endpoint?.Health.IsNew == false);

    /// <summary>Whether a slow answer of a watched variant is evidence against it. A caller can slow down the requests of others, by
    /// requests that are large or many, and if it sends them to one version alone, only that version seems slow. So if the version reports
    /// its own work for the request, that must be over the limit too. Leaving out slow answers only favours the variant.</summary>
    internal static bool IsEvidenceAgainst(ModelRoute model, GuardPolicy policy, in AttemptResult result, TimeProvider time) =>
        IsEvidence(model, policy, result, time) && (WorkIn(result.Timing) is not { } work || IsOver(model, policy, work));

    private static bool IsOver(ModelRoute model, GuardPolicy policy, TimeSpan taken) =>
        policy.SlowerThan is { } limit ? taken > limit : taken > SlowLimit.Floor && taken > model.SlowLimit.Current;

    /// <summary>The version's own processor time, as its answer reports it; null if it does not.</summary>
    internal static TimeSpan? WorkIn(string? timing)
    {
        foreach (var range in timing.AsSpan().Split(','))
        {
            var part = timing.AsSpan(range).Trim();
            if (part.StartsWith(WorkPart, StringComparison.Ordinal)
                && double.TryParse(part[WorkPart.Length..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms)
                && ms < TimeSpan.MaxValue.TotalMilliseconds)
                return TimeSpan.FromMilliseconds(ms);
        }

        return null;
    }
}
