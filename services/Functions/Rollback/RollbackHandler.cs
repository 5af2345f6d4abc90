using Microsoft.Extensions.Logging;
using ModelServing.Functions.Listener;
using ModelServing.Hosting;

namespace ModelServing.Functions.Rollback;

/// <summary>Answers the messages of alarms; <see cref="AlarmRollbacks"/> acts on them.</summary>
internal sealed class RollbackHandler(AlarmRollbacks rollbacks, ILogger<RollbackHandler> logger) : IFunctionHandler
{
    private const int Ok = 200;
    private const int Unavailable = 503;

    private static readonly Problem NoMessage = new(400, "no-alarm-message", "Not an alarm's message");

    /// <summary>Answers with a report of each stream: 200, or 503 if the journal was unavailable and the message must be sent
    /// again.</summary>
    public async Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        AlarmMessage message;
        try
        {
            message = AlarmMessageReader.Read(call.Body);
        }
        catch (AlarmMessageException e)
        {
            RollbackLog.NoMessage(logger, call.Body.Length, e.Message);
            return FunctionAnswer.From(NoMessage, $"The payload is not an alarm's message: {e.Message}", call.Id);
        }

        if (message.Streams.Count == 0)
            RollbackLog.NoStream(logger, message.Type);
        var report = new RollbackReport(message.Type, await rollbacks.AnswerAsync(message.Streams, cancellation));
        return new FunctionAnswer(report.IsUnfinished ? Unavailable : Ok, report.ToUtf8());
    }
}

internal static partial class RollbackLog
{
    [LoggerMessage(EventId = 60, Message = "{Outcome}, alarm {Alarm}: {Detail}")]
    internal static partial void Answered(ILogger logger, LogLevel level, RollbackOutcome outcome, string alarm, string detail);

    [LoggerMessage(61, LogLevel.Warning, "The payload ({Bytes} bytes) is not an alarm's message: {Why}")]
    internal static partial void NoMessage(ILogger logger, int bytes, string why);

    [LoggerMessage(62, LogLevel.Information, "The message {Type} names no stream, so there is nothing to do")]
    internal static partial void NoStream(ILogger logger, string type);
}
