using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Runtime;

namespace ModelServing.Bench.Inference;

/// <summary>ONNX Runtime without a server: a thread for each processor calls the model with the same rows again and again.</summary>
internal sealed class InProcessRuntime(BenchModel model) : IDisposable
{
    private readonly SessionOptions options = RuntimeOptions.CreateSessionOptions(threads: 1);
    private InferenceSession? session;

    public void Dispose()
    {
        session?.Dispose();
        options.Dispose();
    }

    /// <summary>Calls the model for some seconds.</summary>
    /// <param name="rows">The rows of a call.</param>
    /// <param name="seconds">How long.</param>
    internal async Task<InProcessFigures> RunAsync(int rows, int seconds)
    {
        session ??= new InferenceSession(model.ToOnnx(), options);
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () => Call(session, rows, TimeSpan.FromSeconds(seconds)),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        var elapsed = Stopwatch.GetElapsedTime(began);
        process.Refresh();
        var done = counts.Sum() * rows;
        return new InProcessFigures(done / elapsed.TotalSeconds, (process.TotalProcessorTime - before).TotalMicroseconds / done);
    }

    private long Call(InferenceSession session, int rows, TimeSpan time)
    {
        var random = new Random(3);
        var numbers = Enumerable.Range(0, rows * model.Features).Select(_ => random.NextSingle()).ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(numbers, [rows, model.Features]);
        using var run = RuntimeOptions.CreateRunOptions();
        var began = Stopwatch.GetTimestamp();
        var count = 0L;
        for (; Stopwatch.GetElapsedTime(began) < time; count++)
            session.Run(run, ["x"], [input], ["y"]).Dispose();
        return count;
    }
}
