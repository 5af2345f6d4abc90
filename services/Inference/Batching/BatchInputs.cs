using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Batching;

/// <summary>The inputs of a run for several calls: the rows of each, one after the other.</summary>
internal sealed class BatchInputs : IDisposable
{
    private readonly RuntimeTensor[] tensors;

    private BatchInputs(RuntimeTensor[] tensors) => this.tensors = tensors;

    internal OrtValue[] Values => Array.ConvertAll(tensors, static tensor => tensor.Value);

    /// <summary>Copies the rows of calls that fit together.</summary>
    internal static BatchInputs Join(LoadedModel model, ReadOnlySpan<QueuedCall> calls, int rows)
    {
        var inputs = new BatchInputs(new RuntimeTensor[model.Inputs.Count]);
        try
        {
            for (var i = 0; i < inputs.tensors.Length; i++)
            {
                var format = model.Inputs[i].Format;
                var lead = ((ModelCall)calls[0]).Tensors[i];
                var joined = inputs.tensors[i] = format.Create([rows, .. lead.Shape.AsSpan(1)]);
                var rest = joined.Bytes(format.ElementBytes);
                foreach (ModelCall call in calls)
                {
                    var own = call.Tensors[i].Bytes(format.ElementBytes);
                    own.CopyTo(rest);
                    rest = rest[own.Length..];
                }
            }

            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var tensor in tensors)
            tensor?.Dispose();
    }
}
