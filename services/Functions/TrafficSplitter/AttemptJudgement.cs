using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Rollout.Guard;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>What an attempt shows about its version. The rules are the router's (docs/rollouts.md).</summary>
/// <param name="answer">The router's answer; null if the router was lost, which shows nothing.</param>
/// <param name="isShortened">Whether the caller gave less time than the model.</param>
/// <param name="limit">The attempt limit; null if it is unknown.</param>
internal sealed class AttemptJudgement(RouterAnswer? answer, bool isShortened, TimeSpan? limit)
{
    /// <summary>Whether the router ended the request by its own rules, so no version was called, or the caller is at fault.</summary>
    internal bool IsRefused => answer?.Result is SplitResults.Refused or SplitResults.Outdated or SplitResults.NoBudget;

    /// <summary>Whether stable may answer better.</summary>
    internal bool IsRetried => answer is null || (!IsRefused && (answer.Result is not null || answer.Status >= 400 || answer.IsNonFinite));

    /// <summary>The evidence; null for none. If the version answered with a status from 400 to 499, only the comparison with stable
    /// decides.</summary>
    internal CallOutcome? Outcome => answer switch
    {
        null => null,
        _ when IsRefused || IsExcused => null,
        { Result: SplitResults.Unreachable } => null,
        { Result: not null } or { Status: >= 500 } => CallOutcome.Error,
        { Status: >= 400 } => null,
        _ when limit is { } most && answer.VersionElapsed >= most => isShortened ? CallOutcome.Succeeded : CallOutcome.Error,
        { IsNonFinite: true } => CallOutcome.NonFinite,
        _ => CallOutcome.Succeeded,
    };

    /// <summary>The evidence, if stable has answered the same request well.</summary>
    internal CallOutcome? ComparedOutcome =>
        Outcome ?? (answer is { Result: null, Status: >= 400 } && !IsRefused && !IsExcused ? CallOutcome.Error : null);

    /// <summary>The kind of a retry, for the router and for stable's process.</summary>
    internal string Kind => answer switch
    {
        null => Comparison.Excused,
        _ when IsExcused => Comparison.Excused,
        { Result: SplitResults.Unreachable } => Comparison.Unreachable,
        { Result: SplitResults.ConnectionLost or SplitResults.BadAnswer } => Comparison.Broken,
        { IsNonFinite: true, Status: < 400 } => HeaderNames.NonFinite,
        _ => Comparison.Error,
    };

    /// <summary>The endpoint whose connection was lost; null for every other end.</summary>
    internal string? LostEndpoint =>
        answer is { Result: SplitResults.ConnectionLost } ? answer.Headers.GetValueOrDefault(SplitHeaders.LostEndpoint) : null;

    // It refused the request because of others or of a length, or it only missed a deadline that the caller shortened.
    private bool IsExcused =>
        answer is { IsBusy: true } || (answer is not null && RefusalStatus.Includes(answer.Status))
        || (isShortened && answer is { Result: SplitResults.Late } or { Status: 408 or 504 });
}
