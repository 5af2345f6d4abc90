using System.Text.Json.Nodes;
using ModelServing.Inference.Models;
using ModelServing.Registry;

namespace ModelServing.Inference.Description;

/// <summary>The JSON Schemas of a model's tensors.</summary>
internal static class TensorSchemas
{
    // A larger example is of no use to a reader.
    private const long MostElements = 4096;

    /// <summary>The schema of a request's inputs, or of an answer's outputs.</summary>
    internal static JsonObject ListOf(IReadOnlyList<TensorSpec> specs, bool areInputs)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["anyOf"] = Array(specs.Select(SchemaOf)) } };
        // An answer has the outputs that were asked for.
        if (areInputs)
            list["minItems"] = specs.Count(static spec => !spec.IsOptional);
        list["maxItems"] = specs.Count;
        return list;
    }

    /// <summary>A request that has the right shapes, with a length of 1 for each free dimension; null if it is large.</summary>
    internal static JsonObject? Example(IReadOnlyList<TensorSpec> specs)
    {
        long CountOf(TensorSpec spec) => spec.Shape.Aggregate(1L, static (product, length) => product * Math.Max(1, length));
        return specs.Sum(CountOf) > MostElements ? null : new JsonObject
        {
            ["inputs"] = Array(specs.Select(spec => new JsonObject
            {
                ["name"] = spec.Name,
                ["shape"] = Array(spec.Shape.Select(static length => JsonValue.Create(Math.Max(1, length)))),
                ["datatype"] = spec.DatatypeText,
                ["data"] = Array(Enumerable.Range(0, (int)CountOf(spec)).Select(_ => ZeroOf(spec.Datatype))),
            })),
        };
    }

    private static JsonObject SchemaOf(TensorSpec spec)
    {
        var shape = new JsonObject
        {
            ["type"] = "array",
            ["minItems"] = spec.Shape.Count,
            ["maxItems"] = spec.Shape.Count,
            ["items"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
            ["description"] = spec.ShapeText + "; -1 is a free dimension, with a length of at least 1",
        };
        if (spec.Shape.Count > 0)
            shape["prefixItems"] = Array(spec.Shape.Select((length, i) => LengthOf(spec, i, length)));
        return new JsonObject
        {
            ["title"] = spec.Name,
            ["type"] = "object",
            ["description"] = spec.IsOptional ? "It may be left out." : "",
            ["required"] = new JsonArray("name", "shape", "datatype"),
            ["properties"] = new JsonObject
            {
                ["name"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(spec.Name) },
                ["shape"] = shape,
                ["datatype"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(spec.DatatypeText) },
                ["data"] = new JsonObject
                {
                    ["type"] = "array",
                    ["description"] = "The elements, flat in row-major order or nested like the shape.",
                    ["items"] = new JsonObject
                    {
                        ["anyOf"] = new JsonArray(ElementOf(spec.Datatype), new JsonObject { ["type"] = "array" }),
                    },
                },
                ["parameters"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["binary_data_size"] = new JsonObject
                        {
                            ["type"] = "integer",
                            ["minimum"] = 0,
                            ["description"] = "The number of the tensor's bytes behind the JSON. Then it has no data in the JSON.",
                        },
                    },
                },
            },
        };
    }

    private static JsonObject LengthOf(TensorSpec spec, int dimension, long length) => length >= 0
        ? new JsonObject { ["type"] = "integer", ["enum"] = new JsonArray(length) }
        : new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["description"] = spec.NameOf(dimension) };

    private static JsonObject ElementOf(Datatype datatype) => datatype switch
    {
        Datatype.Bool => new JsonObject { ["type"] = "boolean" },
        Datatype.Bytes => new JsonObject { ["type"] = "string" },
        Datatype.Fp16 or Datatype.Bf16 or Datatype.Fp32 or Datatype.Fp64 => new JsonObject
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["type"] = "number" },
                new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("NaN", "Infinity", "-Infinity") },
                new JsonObject { ["type"] = "null", ["description"] = "As NaN." }),
        },
        Datatype.Int8 => Whole(sbyte.MinValue, (ulong)sbyte.MaxValue),
        Datatype.Int16 => Whole(short.MinValue, (ulong)short.MaxValue),
        Datatype.Int32 => Whole(int.MinValue, int.MaxValue),
        Datatype.Int64 => Whole(long.MinValue, long.MaxValue),
        Datatype.Uint8 => Whole(0, byte.MaxValue),
        Datatype.Uint16 => Whole(0, ushort.MaxValue),
        Datatype.Uint32 => Whole(0, uint.MaxValue),
        _ => Whole(0, ulong.MaxValue),
    };

    private static JsonObject Whole(long least, ulong most) =>
        new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    private static JsonValue ZeroOf(Datatype datatype) => datatype switch
    {
        Datatype.Bool => JsonValue.Create(false),
        Datatype.Bytes => JsonValue.Create(""),
        _ => JsonValue.Create(0),
    };

    private static JsonArray Array(IEnumerable<JsonNode> nodes) => new([.. nodes]);
}
