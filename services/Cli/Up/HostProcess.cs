using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Cli.Up;

/// <summary>
/// One host's process. Its standard input is held open, and the host drains and stops when that ends. So the host can't outlive this
/// program, and no signal goes to a process identifier that another process may have by then.
/// </summary>
internal sealed class HostProcess
{
    // The errors of a program that is not there, or is not a program. Other errors are the machine's, as too many open files.
    private const int NoSuchFile = 2;
    private const int NotPermitted = 13;

    // The rest of an ended process's output is available at once, unless a grandchild holds the pipes open.
    private static readonly TimeSpan RestOfOutput = TimeSpan.FromSeconds(1);

    private readonly Process process;

    private HostProcess(Process process, Action<string> print, TimeProvider time)
    {
        this.process = process;
        Id = process.Id;
        Exited = WaitAsync(print, time);
    }

    internal int Id { get; }

    /// <summary>Completes when the process has ended and all of its output has been printed.</summary>
    internal Task<HostExit> Exited { get; }

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
        // A host gets settings only from this program, not from its environment.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith(HostSettings.Prefix, StringComparison.Ordinal))
            .ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in settings.ToEnvironment())
            start.Environment[name] = value;
        try
        {
            return new HostProcess(Process.Start(start)!, print, time);
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            throw new HostFailedException($"{program.FileName} can't be started: {e.Message}")
            {
                IsTransient = e is not Win32Exception { NativeErrorCode: NoSuchFile or NotPermitted },
            };
        }
    }

    /// <summary>Requests the host to drain and stop.</summary>
    internal void RequestStop()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process has already ended.
        }
    }

    /// <summary>Kills the process.</summary>
    internal void Kill() => process.Kill();

    private async Task<HostExit> WaitAsync(Action<string> print, TimeProvider time)
    {
        var reasons = new HostOutput();
        // A line that can't be printed must not end the reading, or the process would wait for ever to write the next one.
        Action<string> tryPrint = line =>
        {
            try
            {
                print(line);
            }
            catch (Exception)
            {
                // There is nowhere left to report it.
            }
        };
        var output = OutputLines.ReadAsync(process.StandardOutput, line =>
        {
            reasons.TakeOutput(line);
            tryPrint(line);
        });
        var errors = OutputLines.ReadAsync(process.StandardError, line =>
        {
            reasons.TakeError(line);
            tryPrint(line);
        });
        await process.WaitForExitAsync();
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(RestOfOutput, time));
        return new HostExit(process.ExitCode, reasons.Reason);
    }
}
