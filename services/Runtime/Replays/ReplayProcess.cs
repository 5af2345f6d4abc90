using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;

namespace ModelServing.Runtime.Replays;

/// <summary>A version that answers replayed requests, one at a time, in a process of its own. The process has no network address, nothing
/// of this one's environment, and limits of memory and processor. Whatever the model does there, only that process is harmed.</summary>
public sealed class ReplayProcess : IDisposable
{
    private const int MostErrors = 4096;

    private static readonly TimeSpan MostOfOpening = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly BinaryWriter requests;
    private readonly BinaryReader answers;
    private readonly Task<string> errors;

    private ReplayProcess(Process process)
    {
        this.process = process;
        requests = new BinaryWriter(new BufferedStream(process.StandardInput.BaseStream));
        answers = new BinaryReader(new BufferedStream(process.StandardOutput.BaseStream));
        errors = ReadErrorsAsync(process.StandardError.BaseStream);
    }

    /// <summary>Starts the process and opens the model there.</summary>
    /// <param name="program">The program whose child process opens the model.</param>
    /// <param name="artifact">The version.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="ReplayException">The model can't be opened.</exception>
    public static async Task<ReplayProcess> StartAsync(FirstRunProgram program, Artifact artifact, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(artifact);
        Process process;
        try
        {
            process = Process.Start(program.Start(ReplayChild.Command, $"{FirstRunLimits.For(artifact.Model.Length).MemoryBytes}"))!;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            throw new ReplayException($"{program.FileName} can't be started: {e.Message}");
        }

        var replay = new ReplayProcess(process);
        try
        {
            var opened = await replay.ExchangeAsync(
                requests =>
                {
                    var document = artifact.Manifest.ToUtf8();
                    requests.Write((long)document.Length);
                    requests.Write(document);
                    requests.Write((long)artifact.Model.Length);
                    requests.Write(artifact.Model.Span);
                },
                MostOfOpening,
                cancellation);
            return opened.Failure is null ? replay : throw new ReplayException($"the model can't be opened: {opened.Failure}");
        }
        catch
        {
            replay.Dispose();
            throw;
        }
    }

    /// <summary>Calls the model. A call that takes longer than its deadline ends the process.</summary>
    /// <param name="inputs">The inputs, as they were recorded.</param>
    /// <param name="deadline">How long the call may take.</param>
    /// <param name="cancellation">Cancels the call, and ends the process.</param>
    public Task<ReplayAnswer> CallAsync(IReadOnlyList<ReplayTensor> inputs, TimeSpan deadline, CancellationToken cancellation) =>
        ExchangeAsync(requests => ReplayFrames.Write(requests, inputs), deadline, cancellation);

    public void Dispose()
    {
        End();
        try
        {
            requests.Dispose();
        }
        catch (IOException)
        {
            // What was left to write has no reader any more.
        }

        answers.Dispose();
        process.Dispose();
    }

    private async Task<ReplayAnswer> ExchangeAsync(Action<BinaryWriter> write, TimeSpan deadline, CancellationToken cancellation)
    {
        // Pipes have no calls that can be cancelled on every system. Ending the process ends both.
        var exchange = Task.Run(
            () =>
            {
                write(requests);
                requests.Flush();
                return ReplayFrames.ReadAnswer(answers);
            },
            CancellationToken.None);
        try
        {
            return await exchange.WaitAsync(deadline, TimeProvider.System, cancellation);
        }
        catch (TimeoutException)
        {
            await EndAsync(exchange);
            var late = FormattableString.Invariant($"no answer within {deadline.TotalSeconds:0.###} s");
            return ReplayAnswer.Failed(late) with { HasEnded = true };
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            var wasEnded = process.HasExited || process.WaitForExit(TimeSpan.FromSeconds(5));
            await EndAsync(exchange);
            var why = wasEnded ? $"the process ended with exit code {process.ExitCode}" : e.Message;
            var first = (await errors).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return ReplayAnswer.Failed(first is null ? why : $"{why}: {first}") with { HasEnded = true };
        }
        catch (OperationCanceledException)
        {
            await EndAsync(exchange);
            throw;
        }
    }

    private async Task EndAsync(Task exchange)
    {
        End();
        await exchange.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void End()
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has just ended.
        }
    }

    // Reads to the end, so that the process never waits, and keeps the beginning.
    private static async Task<string> ReadErrorsAsync(Stream stream)
    {
        using var kept = new MemoryStream();
        var chunk = new byte[1024];
        try
        {
            while (await stream.ReadAsync(chunk) is > 0 and var read)
                kept.Write(chunk, 0, Math.Min(read, MostErrors - (int)kept.Length));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It was ended.
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
