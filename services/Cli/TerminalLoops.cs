using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli;

/// <summary>Runs the background loops of a command. A loop that fails is reported on the terminal and goes on.</summary>
internal sealed class TerminalLoops(Terminal terminal, TimeProvider time)
{
    /// <summary>Runs rounds until cancelled.</summary>
    /// <param name="name">What the loop does, for messages.</param>
    /// <param name="cancellation">Ends the loop.</param>
    internal Task RunAsync(string name, Func<CancellationToken, Task> round, CancellationToken cancellation) =>
        Create(name).RunAsync(round, cancellation);

    /// <summary>Runs something that goes on until cancelled, and begins it again whenever it ends in another way.</summary>
    internal Task FollowAsync(string name, Func<CancellationToken, Task> follow, CancellationToken cancellation) =>
        Create(name).FollowAsync(follow, cancellation);

    private SurvivingLoop Create(string name) => new(time, failure => terminal.Warn(
        $"{name}: unexpected {failure.Exception.GetType().Name}: {failure.Exception.Message.ReplaceLineEndings(" ")}; it goes on in " +
            $"{failure.Pause.TotalSeconds:0.##} s"));
}
