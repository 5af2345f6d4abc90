using System.Threading.Channels;
using ModelServing.Cli.Monitoring;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using Spectre.Console;

namespace ModelServing.Cli.Up.Functions;

/// <summary>
/// The replacement for Notifications on this machine: delivers alarm messages to the function Rollback, retries for a while if that fails,
/// and prints every change of an alarm.
/// </summary>
/// <param name="environment">The environment of the alarms.</param>
/// <param name="functions">Calls the functions.</param>
/// <param name="minute">How long a minute of the platform lasts.</param>
/// <param name="terminal">Where changes and failures are printed.</param>
/// <param name="time">The clock.</param>
internal sealed class AlarmDelivery(string environment, FunctionCaller functions, TimeSpan minute, Terminal terminal, TimeProvider time)
{
    // Monitoring's limit of messages per evaluation; it drops the rest.
    private const int MaxMessages = 60;

    // Notifications' waits between its attempts, in minutes.
    private static readonly int[] Waits = [1, 2, 4, 8];

    private readonly Channel<AlarmTransition> messages =
        Channel.CreateBounded<AlarmTransition>(new BoundedChannelOptions(MaxMessages) { SingleReader = true });

    /// <summary>Receives each message to Rollback and its result.</summary>
    internal Action<AlarmTransition, FunctionResult>? Delivered { get; set; }

    /// <summary>Prints a change of an alarm and, if the alarm leads to Rollback, queues its message.</summary>
    internal void Send(AlarmTransition transition)
    {
        Print(transition);
        if (transition.Alarm.Route == AlarmRoute.Rollback && !messages.Writer.TryWrite(transition))
            terminal.Warn($"{MaxMessages} alarm messages are already waiting; a message of {transition.Alarm.Name} is dropped");
    }

    /// <summary>Waits for a message and delivers it.</summary>
    internal async Task DeliverNextAsync(CancellationToken cancellation) =>
        await DeliverAsync(await messages.Reader.ReadAsync(cancellation), cancellation);

    private async Task DeliverAsync(AlarmTransition transition, CancellationToken cancellation)
    {
        var message = AlarmMessageWriter.Write(transition, AlarmNames.From(BucketName.Project, environment, transition.Alarm.Name));
        foreach (var wait in (int[])[.. Waits, 0])
        {
            var result = await functions.CallAsync(FunctionName.Rollback, message, cancellation);
            Delivered?.Invoke(transition, result);
            if (result.Succeeded)
                return;
            terminal.Warn($"The function Rollback failed on the message of {transition.Alarm.Name}: {result.Line}" + (wait > 0
                ? "; it will be sent again"
                : ""));
            if (wait > 0)
                await Task.Delay(wait * minute, time, cancellation);
        }
    }

    private void Print(AlarmTransition transition)
    {
        var change = transition.Change switch
        {
            AlarmChange.OkToFiring =>
            "fires",
            AlarmChange.FiringToOk => "has ended",
            _ => "is reset: no more data"
        };
        var color = transition.Change == AlarmChange.OkToFiring ? "[bold yellow]" : "[dim]";
        terminal.Say($"{color}{time.GetUtcNow():HH:mm:ss.fff} the alarm {Markup.Escape(transition.Alarm.Name)} {change}[/]");
        terminal.Say($"  stream           {Markup.Escape(transition.Stream.ToString())}");
    }
}
