using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ModelServing.Cli.Up;

namespace ModelServing.Cli.Images;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    // The last lines of its output: enough for every error of a build, but bounded.
    private const int MaxLines = 2000;

    // The rest of an ended process's output is available at once, unless a grandchild, such as a compiler server, holds the pipes open.
    private static readonly TimeSpan RestOfOutput = TimeSpan.FromSeconds(2);

    /// <summary>Runs a program. Cancellation kills it and all processes that it started.</summary>
    /// <param name="start">The program, its arguments and its folder.</param>
    /// <param name="input">The standard input.</param>
    /// <param name="cancellation">Kills the program.</param>
    /// <returns>How the program ended; null if it does not exist.</returns>
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
        var reading = Task.WhenAll(
            OutputLines.ReadAsync(process.StandardOutput, line => Add(output, line)),
            OutputLines.ReadAsync(process.StandardError, line => Add(errors, line)));
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
            // The program ended without reading its input.
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
