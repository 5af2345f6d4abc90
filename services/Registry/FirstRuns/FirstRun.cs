using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace ModelServing.Registry.FirstRuns;

/// <summary>
/// Runs a model for the first time, in a process of its own: it opens the model as a pod would, runs it with zeros and then with other
/// elements. Whatever the model does there, only that process is harmed.
/// </summary>
/// <remarks>
/// <code>
/// 1 start   the process, with nothing of this one's environment, which may have secrets
/// 2 pass    manifest and model through a pipe, so there is no file to remove, and then the word to go on
/// 3 wait    until it ends, or for its time
/// 4 judge   from what it printed and how it ended (FirstRunVerdict)
/// </code>
/// The process limits its own memory and processor time before it reads the model. It ends when this process ends, because its input
/// does.
/// </remarks>
/// <param name="program">The program whose child process opens the model.</param>
public sealed class FirstRun(FirstRunProgram program)
{
    private const int ChunkBytes = 128 * 1024;
    private const int MostOutput = 256 * 1024;
    private const int MostErrors = 4 * 1024;

    /// <summary>Runs a model.</summary>
    /// <param name="manifest">The version's manifest.</param>
    /// <param name="model">The bytes of the model, which must have the manifest's size and digest.</param>
    /// <param name="limits">What the process may use.</param>
    /// <param name="cancellation">Ends the process.</param>
    public async Task<FirstRunResult> RunAsync(
        Manifest manifest, Stream model, FirstRunLimits limits, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(limits);
        if (limits.Time <= TimeSpan.Zero)
            return new FirstRunResult { Unknown = "no time is left for it" };
        Process process;
        try
        {
            process = Process.Start(StartOf(program, limits))!; // 1
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return new FirstRunResult { Unknown = $"{program.FileName} can't be started: {e.Message}" };
        }

        using (process)
        {
            try
            {
                return await RunAsync(process, manifest, model, limits, cancellation);
            }
            finally
            {
                End(process);
            }
        }
    }

    private static async Task<FirstRunResult> RunAsync(
        Process process, Manifest manifest, Stream model, FirstRunLimits limits, CancellationToken cancellation)
    {
        var output = ReadAsync(process.StandardOutput.BaseStream, MostOutput);
        var errors = ReadAsync(process.StandardError.BaseStream, MostErrors);
        if (await PassAsync(process.StandardInput.BaseStream, manifest, model, cancellation) is { } fault) // 2
            return new FirstRunResult { Unknown = fault };
        var isLate = false;
        try
        {
            await process.WaitForExitAsync(cancellation).WaitAsync(limits.Time + limits.ForOthers, TimeProvider.System, cancellation); // 3
        }
        catch (TimeoutException)
        {
            isLate = true;
            End(process);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        return FirstRunVerdict.Judge(await output, await errors, process.ExitCode, isLate, limits); // 4
    }

    private static ProcessStartInfo StartOf(FirstRunProgram program, FirstRunLimits limits) => program.Start(
        FirstRunProgram.Command, $"{limits.MemoryBytes}", $"{(long)(limits.ProcessorTime + limits.ForOthers).TotalSeconds}");

    /// <summary>Passes on the manifest and the model, each after its length, and the word to go on. Returns, without that word, what is
    /// wrong with the model; null if nothing is.</summary>
    private static async Task<string?> PassAsync(Stream input, Manifest manifest, Stream model, CancellationToken cancellation)
    {
        var document = manifest.ToUtf8();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        long passed = 0;
        try
        {
            await input.WriteAsync(LengthOf(document.Length), cancellation);
            await input.WriteAsync(document, cancellation);
            await input.WriteAsync(LengthOf(manifest.Size), cancellation);
            while (passed < manifest.Size)
            {
                int read;
                try
                {
                    read = await model.ReadAsync(chunk, cancellation);
                }
                catch (IOException e)
                {
                    return $"the model can't be read: {e.Message}";
                }

                if (read == 0)
                    break;
                passed += read;
                hash.AppendData(chunk, 0, read);
                await input.WriteAsync(chunk.AsMemory(0, read), cancellation);
            }

            if (Sha256Digest.Compute(hash) != manifest.Digest)
                return "the model changed while it was read";
            await input.WriteAsync(new byte[1], cancellation);
            await input.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            // The process has ended. How it ended tells why.
        }

        return null;
    }

    private static byte[] LengthOf(long length)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    // Reads to the end, so that the process never waits, and keeps the beginning.
    private static async Task<string> ReadAsync(Stream stream, int most)
    {
        using var kept = new MemoryStream();
        var chunk = new byte[4096];
        try
        {
            while (await stream.ReadAsync(chunk) is > 0 and var read)
                kept.Write(chunk, 0, Math.Min(read, most - (int)kept.Length));
        }
        catch (IOException)
        {
            // It was killed.
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }

    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
        }
    }
}
