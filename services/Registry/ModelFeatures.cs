using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>The input of a model that the service fills with features. A caller sends the entities' keys and the values of the request in
/// its place.</summary>
public sealed record ModelFeatures
{
    /// <summary>The input's name. It is FP32 or FP64, of the shape [rows, columns].</summary>
    public required string Input { get; init; }

    /// <summary>Where each column comes from: <c>VIEW.FEATURE</c>, or the name of a value that the request brings for one of the
    /// views.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The views, each once.</summary>
    public required IReadOnlyList<ModelView> Views { get; init; }

    /// <summary>The view and the feature of a column; null if it is a value of the request.</summary>
    public static (string View, string Feature)? Split(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return column.Split('.') is [{ Length: > 0 } view, { Length: > 0 } feature] ? (view, feature) : null;
    }

    /// <summary>Checks the description against the model's inputs.</summary>
    /// <exception cref="ContractException">It is wrong; the message says where.</exception>
    internal void Check(IReadOnlyList<TensorInfo> inputs)
    {
        if (inputs.FirstOrDefault(input => input?.Name == Input) is not { } input)
            throw new ContractException($"features.input is '{Input}'; the model's inputs are {string.Join(", ", inputs)}");
        if (input.Datatype is not (Datatype.Fp32 or Datatype.Fp64) || input.Shape is not [< 0 or 1, var columns] ||
            (columns >= 0 && columns != Columns.Count))
        {
            throw new ContractException(
                $"features.input is {input}; for {Columns.Count} columns it must be FP32 or FP64 of the shape [-1,{Columns.Count}]");
        }

        if (Columns.Count == 0)
            throw new ContractException("features.columns is empty");
        if (Views.Count == 0)
            throw new ContractException("features.views is empty");
        for (var i = 0; i < Views.Count; i++)
        {
            if (Views[i] is not { View.Length: > 0, Version: > 0, Digest: { } digest })
                throw new ContractException($"features.views[{i}] must have view, version and digest");
            if (!Sha256Digest.IsValid(digest))
                throw new ContractException($"features.views[{i}].digest is '{digest}'; it must be 'sha256:' and 64 hexadecimal digits");
            if (Views.Take(i).Any(view => view.View == Views[i].View))
                throw new ContractException($"features.views names {Views[i].View} twice");
        }

        for (var i = 0; i < Columns.Count; i++)
        {
            if (string.IsNullOrEmpty(Columns[i]) || (Columns[i].Contains('.', StringComparison.Ordinal) && Split(Columns[i]) is null))
                throw new ContractException($"features.columns[{i}] is '{Columns[i]}'; it must be VIEW.FEATURE, or the name of a " +
                    $"request's value");
            if (Split(Columns[i]) is { } column && Views.All(view => view.View != column.View))
                throw new ContractException($"features.columns[{i}] is '{Columns[i]}', but features.views has no view '{column.View}'");
        }
    }
}
