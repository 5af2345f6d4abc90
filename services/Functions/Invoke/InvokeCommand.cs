using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Oci.Functions;

namespace ModelServing.Functions.Invoke;

/// <summary><c>invoke NAME</c>: calls a function of OCI, waits for its answer and exits. A CronJob of the cluster runs it, because OCI has
/// no scheduler that calls a function every minute.</summary>
internal static class InvokeCommand
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int WrongSettings = 2;
    private const int MaxShown = 1000;

    // A gateway calls TrafficSplitter, and no one else.
    private static readonly string[] Names =
        [.. Enum.GetNames<FunctionName>().Where(static name => name != nameof(FunctionName.TrafficSplitter))];

    /// <summary>Runs the command and returns the process's exit code: 0 if the function succeeded, 1 if it failed, 2 for wrong
    /// settings.</summary>
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, HostEnvironment environment, CancellationToken cancellation)
    {
        if (arguments is not [InvocationSettings.Command, var name] || !Names.Contains(name))
        {
            await Console.Error.WriteLineAsync($"usage: functions [{InvocationSettings.Command} " +
                $"{string.Join('|', Names)}]");
            return WrongSettings;
        }

        try
        {
            using var invoker = new FunctionInvoker(InvocationSettings.Read(environment));
            var answer = await invoker.InvokeAsync("{}", cancellation);
            await Console.Out.WriteLineAsync($"{name} answered: {OneLine(answer)}");
            return Done;
        }
        catch (ContractException e)
        {
            await Console.Error.WriteLineAsync($"functions: {VisibleText.From(e.Message)}");
            return WrongSettings;
        }
        catch (FunctionInvocationException e)
        {
            await Console.Error.WriteLineAsync($"functions: {name}: {OneLine(e.Message)}");
            return Failed;
        }
    }

    private static string OneLine(string text)
    {
        // The function chose it, and whoever reads this job's log has a terminal.
        var line = VisibleText.From(text.ReplaceLineEndings(" ").Trim());
        return line.Length <= MaxShown ? line : line[..MaxShown] + "...";
    }
}
