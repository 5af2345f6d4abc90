using System.Globalization;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Hosting.Functions;

/// <summary>A function as both ways of calling it see it: one call at a time, each within its deadline and with its identifier in every
/// line of the log.</summary>
/// <param name="function">Which.</param>
/// <param name="handler">What it does; asked for at the first call, so that a program which is started listens at once.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class FunctionRunner(FunctionName function, Func<IFunctionHandler> handler, TimeProvider time, ILogger logger) : IDisposable
{
    // The platform has one call at a time, and no more callers than it has containers. By plain HTTP anybody may call.
    private const int MostWaiting = 16;

    private static readonly TimeSpan LongestMargin = TimeSpan.FromMilliseconds(500);

    private static readonly Problem TooLarge = new(413, "body-too-large", "Body too large");
    private static readonly Problem Busy = new(503, "busy", "Too many calls wait");
    private static readonly Problem Failed = new(500, "internal", "The function failed");
    private static readonly Problem Late = new(504, "deadline", "The deadline passed");

    private readonly SemaphoreSlim turn = new(1, 1);
    private IFunctionHandler? made;
    private int waiting;

    /// <summary>Answers a call.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    internal async Task<FunctionResult> RunAsync(FunctionCall call, CancellationToken gone)
    {
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["function"] = function.ToString(), ["callId"] = call.Id });
        var began = time.GetTimestamp();
        using var limit = new TimeLimit(call.Deadline is { } deadline ? Left(deadline) : Timeout.InfiniteTimeSpan, time, gone);
        try
        {
            var result = await InTurnAsync(call, limit.Token);
            FunctionLog.Answered(logger, function, result.Answer.Status, time.GetElapsedTime(began).TotalMilliseconds);
            return result;
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            FunctionLog.CallerGone(logger, function, time.GetElapsedTime(began).TotalMilliseconds);
            throw;
        }
        catch (OperationCanceledException) when (limit.IsOver)
        {
            FunctionLog.Late(logger, function, time.GetElapsedTime(began).TotalMilliseconds);
            return new FunctionResult(Late.ToAnswer($"{function} had no answer by the call's deadline, {call.Deadline:O}", call.Id));
        }
        catch (Exception e)
        {
            FunctionLog.Failed(logger, function, e);
            return new FunctionResult(Failed.ToAnswer($"{function} failed at this call; its log says how", call.Id), IsFault: true);
        }
    }

    /// <summary>The answer to a call whose payload is too large to be read.</summary>
    internal FunctionResult RefuseLarge(string callId)
    {
        FunctionLog.TooLarge(logger, function, callId, FunctionCall.MaxBodyBytes);
        return new FunctionResult(TooLarge.ToAnswer(string.Create(CultureInfo.InvariantCulture, $"The payload may have {FunctionCall.MaxBodyBytes} bytes"), callId));
    }

    public void Dispose() => turn.Dispose();

    private async Task<FunctionResult> InTurnAsync(FunctionCall call, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return new FunctionResult(Busy.ToAnswer($"{MostWaiting} calls of {function} wait for their turn", call.Id));
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
            made ??= handler();
            return new FunctionResult(await made.HandleAsync(call, cancellation));
        }
        finally
        {
            turn.Release();
        }
    }

    // The answer that it is late has to be there in time too.
    private TimeSpan Left(DateTimeOffset deadline)
    {
        var left = deadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return TimeSpan.Zero;
        // What a timer can't count is no deadline that anybody would wait for.
        var counted = left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1);
        return counted - (counted / 10 < LongestMargin ? counted / 10 : LongestMargin);
    }
}

internal static partial class FunctionLog
{
    [LoggerMessage(50, LogLevel.Information, "{Function} answered {Status} after {Milliseconds:0} ms")]
    internal static partial void Answered(ILogger logger, FunctionName function, int status, double milliseconds);

    [LoggerMessage(51, LogLevel.Error, "{Function} failed")]
    internal static partial void Failed(ILogger logger, FunctionName function, Exception exception);

    [LoggerMessage(52, LogLevel.Error, "{Function} had no answer by the call's deadline, after {Milliseconds:0} ms")]
    internal static partial void Late(ILogger logger, FunctionName function, double milliseconds);

    [LoggerMessage(53, LogLevel.Warning, "{Function}'s caller was gone after {Milliseconds:0} ms")]
    internal static partial void CallerGone(ILogger logger, FunctionName function, double milliseconds);

    [LoggerMessage(54, LogLevel.Warning, "{Function} was called ({CallId}) with a payload of more than {Most} bytes")]
    internal static partial void TooLarge(ILogger logger, FunctionName function, string callId, int most);

    [LoggerMessage(55, LogLevel.Warning, "The call's header {Header} is '{Value}', which is no time: the call has no deadline")]
    internal static partial void NoDeadline(ILogger logger, string header, string value);
}
