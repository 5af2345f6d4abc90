using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Cli.Up;

/// <summary>
/// One host's process. Its standard input is held open: the host stops, with a drain, when that ends, so it can neither outlive
/// this program nor has a signal to be sent to a process identifier that may be another's by then.
/// </summary>
internal sealed class HostProcess
{
    // What is still in the pipes when a process has ended is there at once; only a grandchild could hold them open.
    private static readonly TimeSpan RestOfOutput = TimeSpan.FromSeconds(1);

    private readonly Process process;

    private HostProcess(Process process, Action<string> print, TimeProvider time)
    {
        this.process = process;
        Id = process.Id;
        Exited = WaitAsync(print, time);
    }

    internal int Id { get; }

    /// <summary>Ends when the process has, and all that it printed was handed on.</summary>
    internal Task<HostExit> Exited { get; }

    /// <summary>Starts a host.</summary>
    /// <exception cref="HostFailedException">The program can't be started.</exception>
    internal static HostProcess Start(HostProgram program, HostSettings settings, Action<string> print, TimeProvider time)
    {
        var start = new ProcessStartInfo(program.FileName, program.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        // A host gets its settings from here and from nowhere else.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith(HostSettings.Prefix, StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in settings.ToEnvironment())
            start.Environment[name] = value;
        try
        {
            return new HostProcess(Process.Start(start)!, print, time);
        }
        catch (Win32Exception e)
        {
            throw new HostFailedException($"{program.FileName} can't be started: {e.Message}");
        }
    }

    /// <summary>Asks the host to stop, with a drain.</summary>
    internal void AskToStop()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    /// <summary>Ends the process at once.</summary>
    internal void Kill() => process.Kill();

    private async Task<HostExit> WaitAsync(Action<string> print, TimeProvider time)
    {
        var said = new HostOutput();
        var output = OutputLines.ReadAsync(process.StandardOutput, line =>
        {
            said.TakeOutput(line);
            print(line);
        });
        var errors = OutputLines.ReadAsync(process.StandardError, line =>
        {
            said.TakeError(line);
            print(line);
        });
        await process.WaitForExitAsync();
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(RestOfOutput, time));
        return new HostExit(process.ExitCode, said.Reason);
    }
}
