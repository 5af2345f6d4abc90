using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ModelServing.Cli.Up;

namespace ModelServing.Cli.Images;

/// <summary>Runs a program of this machine to its end.</summary>
internal static class Tool
{
    // Of what it prints: enough for every error of a build, bounded whatever it says.
    private const int MaxLines = 2000;

    // What is still in the pipes when a process has ended is there at once; only a grandchild, such as a compiler's server, could hold
    // them open.
    private static readonly TimeSpan RestOfOutput = TimeSpan.FromSeconds(2);

    /// <summary>Runs it, and ends it with all that it started when <paramref name="cancellation"/> asks for it.</summary>
    /// <param name="start">The program, its arguments and its folder.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How it ended; null when there is no such program.</returns>
    internal static async Task<ToolExit?> RunAsync(ProcessStartInfo start, string input, CancellationToken cancellation)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        Process? started;
        try
        {
            started = Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }

        using var process = started!;
        var (output, errors) = (new Queue<string>(), new Queue<string>());
        var reading = Task.WhenAll(OutputLines.ReadAsync(process.StandardOutput, line => Add(output, line)), OutputLines.ReadAsync(process.StandardError, line => Add(errors, line)));
        try
        {
            await WriteAsync(process, input);
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        await Task.WhenAny(reading, Task.Delay(RestOfOutput, TimeProvider.System, cancellation));
        return new ToolExit(process.ExitCode, Lines(output), Lines(errors));
    }

    private static async Task WriteAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading it.
        }
    }

    private static void Add(Queue<string> lines, string line)
    {
        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > MaxLines)
                lines.Dequeue();
        }
    }

    private static string[] Lines(Queue<string> lines)
    {
        lock (lines)
            return [.. lines];
    }
}
