using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts;
using ModelServing.Registry.Profiles;

namespace ModelServing.Registry;

/// <summary>The description of a version. A version exists from the moment its manifest arrives. It is written once and never
/// changes.</summary>
public sealed record Manifest
{
    /// <summary>The schema that this program writes and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest manifest, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    public required int Schema { get; init; }

    public required ModelName Model { get; init; }

    public required ModelVersion Version { get; init; }

    /// <summary>The digest of <c>model.onnx</c>: <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public required string Digest { get; init; }

    /// <summary>The size of <c>model.onnx</c> in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The inputs, in the model's order.</summary>
    public required IReadOnlyList<TensorInfo> Inputs { get; init; }

    /// <summary>The outputs, in the model's order.</summary>
    public required IReadOnlyList<TensorInfo> Outputs { get; init; }

    /// <summary>Training metrics, by name.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Anything else that the owner records about the version.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The input that the service fills with features; null if callers send all inputs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelFeatures? Features { get; init; }

    /// <summary>How the model's inputs were distributed in training; null if it was published without it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingProfile? Profile { get; init; }

    /// <summary>When it was published, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The manifest as UTF-8 JSON, indented, with one newline at its end.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, RegistryJson.Default.Manifest), (byte)'\n'];

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="ContractException">The bytes are not JSON, or have an unknown schema, an unknown member or an invalid value. The
    /// message says where.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the manifest has {utf8.Length} bytes; at most {MaxBytes} are read");
        // The schema is read first, so that a newer manifest is reported as newer and not as one with unknown members.
        var schema = RegistryJson.Read(utf8, RegistryJson.Default.SchemaNumber, "manifest").Schema;
        if (schema != CurrentSchema)
            throw new ContractException($"the manifest has schema {schema}; this program reads schema {CurrentSchema}");
        var manifest = RegistryJson.Read(utf8, RegistryJson.Default.Manifest, "manifest");
        manifest.Check();
        return manifest;
    }

    private void Check()
    {
        if (!Sha256Digest.IsValid(Digest))
            throw new ContractException($"digest is '{Digest}'; it must be 'sha256:' and 64 hexadecimal digits");
        if (Size is < 1 or > ModelRegistry.MaxModelBytes)
            throw new ContractException($"size is {Size}; it must be from 1 to {ModelRegistry.MaxModelBytes}");
        if (CreatedAt.Offset != TimeSpan.Zero)
            throw new ContractException($"createdAt is '{CreatedAt:O}'; it must be in UTC");
        if (Outputs.Count == 0)
            throw new ContractException("outputs is empty; a model has at least one output");
        TrainingInfo.RequireText(Labels);
        Check(Inputs, "inputs");
        Check(Outputs, "outputs");
        Features?.Check(Inputs);
        Profile?.Check("profile.");
    }

    private static void Check(IReadOnlyList<TensorInfo> tensors, string path)
    {
        for (var i = 0; i < tensors.Count; i++)
        {
            if (tensors[i] is not { Name.Length: > 0 })
                throw new ContractException($"{path}[{i}].name is empty");
            if (!Enum.IsDefined(tensors[i].Datatype))
                throw new ContractException($"{path}[{i}].datatype is not a data type of the Open Inference Protocol");
            if (tensors[i].Shape.FirstOrDefault(d => d < -1) is < 0 and var dimension)
                throw new ContractException($"{path}[{i}].shape has {dimension}; a dimension is -1 or at least 0");
        }
    }
}
