using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Registry;

namespace ModelServing.Runtime.FirstRuns;

/// <summary>Runs a model on made-up inputs, with a length of 1 for each free dimension.</summary>
internal sealed class ModelRun(InferenceSession session, Manifest manifest)
{
    private static readonly TimeSpan MostOfProbe = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostOfStop = TimeSpan.FromSeconds(3);

    // The lowest number divided by -1 has no result, and indexes and lengths like these are the ones that code forgets to check.
    private static readonly (string Text, MadeUp First, MadeUp Others)[] Probes =
    [
        ("-1", MadeUp.MinusOne, MadeUp.MinusOne),
        ("the lowest number of their type", MadeUp.Lowest, MadeUp.Lowest),
        ("the highest number of their type", MadeUp.Highest, MadeUp.Highest),
        ("the lowest number of its type, and -1 for the others", MadeUp.Lowest, MadeUp.MinusOne),
        ("-1, and the lowest number of their type for the others", MadeUp.MinusOne, MadeUp.Lowest),
    ];

    /// <summary>Runs it with zeros, and returns the first values of each output.</summary>
    /// <exception cref="OnnxRuntimeException">The model does not accept zeros.</exception>
    internal Dictionary<string, string> OnZeros()
    {
        using var options = RuntimeOptions.CreateRunOptions();
        using var outputs = Run(MadeUp.Zero, MadeUp.Zero, options);
        return manifest.Outputs.Index().ToDictionary(
            static output => output.Item.Name, output => MadeUpTensor.TextOf(outputs[output.Index], output.Item.Datatype));
    }

    /// <summary>Runs it with other elements. It may fail, and is ended after a second.</summary>
    /// <param name="begins">Gets the elements before each run.</param>
    internal void OnOthers(Action<string> begins)
    {
        foreach (var (text, first, others) in Probes)
        {
            begins(text);
            using var options = RuntimeOptions.CreateRunOptions();
            var run = new Thread(() => TryRun(first, others, options)) { IsBackground = true };
            run.Start();
            if (run.Join(MostOfProbe))
                continue;
            options.Terminate = true;
            // A run that can't be ended goes on beside all further ones.
            if (!run.Join(MostOfStop))
                return;
        }
    }

    private void TryRun(MadeUp first, MadeUp others, RunOptions options)
    {
        try
        {
            Run(first, others, options).Dispose();
        }
        catch (Exception e) when (e is OnnxRuntimeException or OutOfMemoryException)
        {
            // It need not accept them.
            Debug.WriteLine(e.Message);
        }
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(MadeUp first, MadeUp others, RunOptions options)
    {
        var inputs = manifest.Inputs
            .Select((input, i) => MadeUpTensor.Create(
                input.Datatype, [.. input.Shape.Select(static length => length < 0 ? 1 : length)], i == 0 ? first : others))
            .ToList();
        try
        {
            return session.Run(
                options, [.. manifest.Inputs.Select(static i => i.Name)], inputs, [.. manifest.Outputs.Select(static o => o.Name)]);
        }
        finally
        {
            foreach (var input in inputs)
                input.Dispose();
        }
    }
}
