using System.Threading.Channels;
using ModelServing.Cli.Monitoring;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using Spectre.Console;

namespace ModelServing.Cli.Up.Functions;

/// <summary>
/// What stands for Notifications on this machine: delivers alarms' messages to the Rollback function, again and again for a while when it
/// does not succeed, and tells the person at the terminal.
/// </summary>
/// <param name="environment">The environment, whose alarms they are.</param>
/// <param name="functions">The functions.</param>
/// <param name="minute">How long a minute lasts here.</param>
/// <param name="terminal">Where it is told.</param>
/// <param name="time">The clock.</param>
internal sealed class AlarmDelivery(string environment, FunctionCaller functions, TimeSpan minute, Terminal terminal, TimeProvider time)
{
    // Monitoring's own: so many messages of one evaluation reach a topic, and the rest is dropped.
    private const int MaxMessages = 60;

    // Notifications' own, in minutes: at once, then these.
    private static readonly int[] Again = [1, 2, 4, 8];

    private readonly Channel<AlarmTransition> messages = Channel.CreateBounded<AlarmTransition>(new BoundedChannelOptions(MaxMessages) { SingleReader = true });

    /// <summary>Told of each message to Rollback and what came of it.</summary>
    internal Action<AlarmTransition, FunctionCaller.FunctionResult>? Delivered { get; set; }

    /// <summary>Takes a message.</summary>
    internal void Send(AlarmTransition transition)
    {
        QueueTransition(transition);
        if (transition.Alarm.Route == AlarmRoute.Rollback && !messages.Writer.TryWrite(transition))
            terminal.Warn($"{MaxMessages} alarm messages wait already; one of {transition.Alarm.Name} is dropped");
    }

    /// <summary>Delivers until it is told to stop.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var transition in messages.Reader.ReadAllAsync(cancellation))
            await DeliverAsync(transition, cancellation);
    }

    private async Task DeliverAsync(AlarmTransition transition, CancellationToken cancellation)
    {
        var message = AlarmMessageWriter.Write(transition, AlarmNames.From(BucketName.Project, environment, transition.Alarm.Name));
        foreach (var wait in (int[])[.. Again, 0])
        {
            var result = await functions.CallAsync(FunctionName.Rollback, message, cancellation);
            Delivered?.Invoke(transition, result);
            if (result.Succeeded)
                return;
            terminal.Warn($"The function Rollback did not take the message of {transition.Alarm.Name}: {result.Line}" + (wait > 0 ? "; it gets it again" : ""));
            if (wait > 0)
                await Task.Delay(wait * minute, time, cancellation);
        }
    }

    private void QueueTransition(AlarmTransition transition)
    {
        var what = transition.Change switch { AlarmChange.OkToFiring => "fires", AlarmChange.FiringToOk => "is over", _ => "is reset: no data any more" };
        var color = transition.Change == AlarmChange.OkToFiring ? "[bold yellow]" : "[dim]";
        terminal.Say($"{color}{time.GetUtcNow():HH:mm:ss.fff} the alarm {Markup.Escape(transition.Alarm.Name)} {what}[/] ({Markup.Escape(transition.Stream.ToString())})");
    }
}
