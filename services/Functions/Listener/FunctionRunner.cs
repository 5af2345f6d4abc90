using System.Globalization;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;

namespace ModelServing.Functions.Listener;

/// <summary>Runs a function's calls, for both ways of calling it: one call at a time, each within its deadline and with its identifier in
/// every line of the log.</summary>
/// <param name="createHandler">Creates its handler, at the first call, so that the program listens as soon as it is started.</param>
/// <param name="time">Measures deadlines.</param>
/// <param name="logger">The log.</param>
internal sealed class FunctionRunner(
    FunctionName function,
    Func<IFunctionHandler> createHandler,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    // The platform makes one call at a time to a container. By plain HTTP, there can be any number of callers.
    private const int MostWaiting = 16;

    private static readonly TimeSpan LongestMargin = TimeSpan.FromMilliseconds(500);

    private static readonly Problem TooLarge = new(413, "body-too-large", "Body too large");
    private static readonly Problem Busy = new(503, "busy", "Too many waiting calls");
    private static readonly Problem Failed = new(500, "internal", "The function failed");
    private static readonly Problem Late = new(504, "deadline", "The deadline passed");

    private readonly SemaphoreSlim turn = new(1, 1);
    private IFunctionHandler? handler;
    private int waiting;

    /// <summary>Answers a call.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    internal async Task<FunctionResult> RunAsync(FunctionCall call, CancellationToken callerGone)
    {
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["function"] = function.ToString(), ["callId"] = call.Id });
        var began = time.GetTimestamp();
        using var limit = new TimeLimit(call.Deadline is { } deadline ? Left(deadline) : Timeout.InfiniteTimeSpan, time, callerGone);
        try
        {
            var result = await InTurnAsync(call, limit.Token);
            FunctionLog.Answered(logger, function, result.Answer.Status, time.GetElapsedTime(began).TotalMilliseconds);
            return result;
        }
        catch (OperationCanceledException) when (callerGone.IsCancellationRequested)
        {
            FunctionLog.CallerGone(logger, function, time.GetElapsedTime(began).TotalMilliseconds);
            throw;
        }
        catch (OperationCanceledException) when (limit.IsOver)
        {
            FunctionLog.Late(logger, function, time.GetElapsedTime(began).TotalMilliseconds);
            return new FunctionResult(FunctionAnswer.From(
                Late,
                $"{function} did not finish by the call's deadline, {call.Deadline:O}",
                call.Id));
        }
        catch (Exception e)
        {
            FunctionLog.Failed(logger, function, e);
            return new FunctionResult(
                FunctionAnswer.From(Failed, $"{function} failed during this call; its log has the reason", call.Id),
                IsFault: true);
        }
    }

    /// <summary>The answer to a call whose payload is too large to be read.</summary>
    internal FunctionResult RefuseLarge(string callId)
    {
        FunctionLog.TooLarge(logger, function, callId, FunctionCall.MaxBodyBytes);
        var detail = string.Create(CultureInfo.InvariantCulture, $"The payload can have at most {FunctionCall.MaxBodyBytes} bytes");
        return new FunctionResult(FunctionAnswer.From(TooLarge, detail, callId));
    }

    public void Dispose() => turn.Dispose();

    private async Task<FunctionResult> InTurnAsync(FunctionCall call, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return new FunctionResult(FunctionAnswer.From(Busy, $"{MostWaiting} calls of {function} are already waiting", call.Id));
        }

        try
        {
            await turn.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            handler ??= createHandler();
            return new FunctionResult(await handler.HandleAsync(call, cancellation));
        }
        finally
        {
            turn.Release();
        }
    }

    // Leaves a margin, in which the answer about the passed deadline reaches the caller.
    private TimeSpan Left(DateTimeOffset deadline)
    {
        var left = deadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return TimeSpan.Zero;
        // A timer cannot count longer times, and no caller waits for a day.
        var limited = left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1);
        return limited - (limited / 10 < LongestMargin ? limited / 10 : LongestMargin);
    }
}

internal static partial class FunctionLog
{
    [LoggerMessage(50, LogLevel.Information, "{Function} answered {Status} after {Milliseconds:0} ms")]
    internal static partial void Answered(ILogger logger, FunctionName function, int status, double milliseconds);

    [LoggerMessage(51, LogLevel.Error, "{Function} failed")]
    internal static partial void Failed(ILogger logger, FunctionName function, Exception exception);

    [LoggerMessage(52, LogLevel.Error, "{Function} did not finish by the call's deadline, after {Milliseconds:0} ms")]
    internal static partial void Late(ILogger logger, FunctionName function, double milliseconds);

    [LoggerMessage(53, LogLevel.Warning, "The caller of {Function} left after {Milliseconds:0} ms")]
    internal static partial void CallerGone(ILogger logger, FunctionName function, double milliseconds);

    [LoggerMessage(54, LogLevel.Warning, "Call {CallId} of {Function} has a payload of more than {Most} bytes")]
    internal static partial void TooLarge(ILogger logger, FunctionName function, string callId, int most);

    [LoggerMessage(55, LogLevel.Warning, "The call's header {Header} is '{Value}', which is not a time: the call has no deadline")]
    internal static partial void NoDeadline(ILogger logger, string header, string value);
}
