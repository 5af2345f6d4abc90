using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Models;
using ModelServing.Registry;

namespace ModelServing.Inference.Batching;

/// <summary>
/// Tries whether a row has the same result, to the last bit, alone and in batches, whatever the other rows are. It can't prove it: a model
/// could behave differently for elements that were not tried.
/// </summary>
/// <remarks>
/// <code>
/// neighbours   in two batches of the same size, with the same row in the same place and other rows around it
/// size         alone and in batches of several sizes. The runtime may add numbers in another order there, and rounding would make answers
///              depend on how busy the service is
/// </code>
/// </remarks>
internal sealed class BatchProbe(LoadedModel model, int most, RunOptions options)
{
    // A free dimension other than that of the rows.
    private const int SomeLength = 3;

    // Other rows have much larger numbers, which would show in a sum over rows.
    private const float Larger = 100;

    // A slow model is tried with fewer rows.
    private static readonly TimeSpan MostOfSizes = TimeSpan.FromSeconds(1);

    private readonly Random random = new(1);

    /// <summary>Runs the model some times.</summary>
    /// <exception cref="OnnxRuntimeException">The options ended a run.</exception>
    internal BatchRule Run()
    {
        if (most <= 1)
            return BatchRule.Off("the setting says so");
        if (FindObstacle() is { } why)
            return BatchRule.Off(why);
        try
        {
            var row = Some(1, 1);
            var alone = Outputs(row, 1);
            foreach (var rows in (int[])[2, most])
            {
                foreach (var place in (int[])[0, rows / 2, rows - 1])
                {
                    if (Try(row, alone, rows, place) is { } fault)
                        return BatchRule.Off(fault);
                }
            }

            if (TrySizes() is { } other)
                return BatchRule.Off(other);
            var full = Some(most, 1);
            var began = Stopwatch.GetTimestamp();
            Outputs(full, most);
            return BatchRule.On(most, Stopwatch.GetTimestamp() - began);
        }
        catch (OnnxRuntimeException e) when (!options.Terminate)
        {
            return BatchRule.Off($"the model does not run on some rows: {e.Message}");
        }
    }

    private string? FindObstacle()
    {
        if (model.Inputs.Count == 0)
            return "the model has no input";
        foreach (var spec in model.Inputs.Concat(model.Outputs))
        {
            if (spec.IsText)
                return $"'{spec.Name}' has text";
            if (spec.Shape.Count == 0 || spec.Shape[0] >= 0)
                return $"the first dimension of '{spec.Name}' is not free";
        }

        // Its length could be that of the longest row.
        foreach (var output in model.Outputs)
        {
            for (var i = 1; i < output.Shape.Count; i++)
            {
                if (output.Shape[i] < 0 && !IsInputs(output.NameOf(i)))
                    return $"the dimension {i} of '{output.Name}' is not one of an input";
            }
        }

        return null;
    }

    private bool IsInputs(string dimension) => dimension.Length > 0 && model.Inputs.Any(
        input => Enumerable.Range(1, input.Shape.Count - 1).Any(i => input.NameOf(i) == dimension));

    private string? Try(byte[][] row, byte[][] alone, int rows, int place)
    {
        var some = Outputs(With(row, Some(rows, 1), place, rows), rows);
        var other = Outputs(With(row, Some(rows, Larger), place, rows), rows);
        for (var i = 0; i < alone.Length; i++)
        {
            var length = alone[i].Length;
            if (some[i].Length != length * rows || other[i].Length != length * rows)
                return $"'{model.Outputs[i].Name}' does not have a row for each row of the inputs";
            var one = some[i].AsSpan(place * length, length);
            if (!one.SequenceEqual(other[i].AsSpan(place * length, length)))
                return $"the rows of '{model.Outputs[i].Name}' depend on each other";
            if (!one.SequenceEqual(alone[i]))
                return OtherAlone(i);
        }

        return null;
    }

    private string? TrySizes()
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var rows in (int[])[2, 3, 5, 8, 16, most])
        {
            if (rows > most)
                continue;
            var inputs = Some(rows, rows % 2 == 0 ? 1 : Larger);
            var together = Outputs(inputs, rows);
            for (var row = 0; row < rows && Stopwatch.GetElapsedTime(began) < MostOfSizes; row++)
            {
                var alone = Outputs([.. inputs.Select(input => RowOf(input, row, rows))], 1);
                for (var i = 0; i < alone.Length; i++)
                {
                    if (!alone[i].AsSpan().SequenceEqual(RowOf(together[i], row, rows)))
                        return OtherAlone(i);
                }
            }
        }

        return null;
    }

    private string OtherAlone(int output) =>
        $"a row of '{model.Outputs[output].Name}' has another result in a batch than alone, if only by rounding";

    private static byte[] RowOf(byte[] tensor, int row, int rows) =>
        tensor.AsSpan(tensor.Length / rows * row, tensor.Length / rows).ToArray();

    // Inputs and outputs are bytes here, of a tensor each.
    private byte[][] Outputs(byte[][] inputs, int rows)
    {
        var tensors = new RuntimeTensor[inputs.Length];
        try
        {
            for (var i = 0; i < tensors.Length; i++)
            {
                var spec = model.Inputs[i];
                tensors[i] = spec.Format.Create([rows, .. spec.Shape.Skip(1).Select(static length => length < 0 ? SomeLength : length)]);
                inputs[i].CopyTo(tensors[i].Bytes(spec.Format.ElementBytes));
            }

            using var values = model.Run(
                Array.ConvertAll(tensors, static tensor => tensor.Value), [.. Enumerable.Range(0, model.Outputs.Count)], options);
            return [.. RuntimeTensor.OfOutputs(values).Select((output, i) => output.Bytes(model.Outputs[i].Format.ElementBytes).ToArray())];
        }
        finally
        {
            foreach (var tensor in tensors)
                tensor?.Dispose();
        }
    }

    private static byte[][] With(byte[][] row, byte[][] others, int place, int rows)
    {
        for (var i = 0; i < others.Length; i++)
            row[i].CopyTo(others[i], others[i].Length / rows * place);
        return others;
    }

    private byte[][] Some(int rows, float largest) =>
        [.. model.Inputs.Select(spec => Some(spec, rows * spec.Shape.Skip(1).Aggregate(1L, static (product, length) =>
            product * (length < 0 ? SomeLength : length)), largest))];

    // Whole numbers are 0 or 1, because larger ones may be no index of a table.
    private byte[] Some(TensorSpec spec, long count, float largest)
    {
        var bytes = new byte[count * spec.Format.ElementBytes];
        for (var i = 0L; i < count; i++)
        {
            var element = bytes.AsSpan((int)(i * spec.Format.ElementBytes));
            var number = ((random.NextSingle() * 2) - 1) * largest;
            if (spec.Datatype == Datatype.Fp32)
                BitConverter.TryWriteBytes(element, number);
            else if (spec.Datatype == Datatype.Fp64)
                BitConverter.TryWriteBytes(element, (double)number);
            else if (spec.Datatype == Datatype.Fp16)
                BitConverter.TryWriteBytes(element, (Half)number);
            else
                element[0] = (byte)random.Next(2);
        }

        return bytes;
    }
}
