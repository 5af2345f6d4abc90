using System.Text;
using ModelServing.Hosting;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>Reads the parameters of a request, input or output on the wire, entry by entry. Of two entries of the same name, the last one
/// counts, as in every map there. <see cref="ParameterRules"/> says what they mean. Those of the binary extension are ignored, because they
/// are about JSON: KServe's client sends them all the same.</summary>
internal ref struct WireParameters(ParameterPlace place)
{
    private const int Key = 1;
    private const int Value = 2;

    private static readonly string[] EntryNames = ["", "key", "value"];

    private static readonly string[] ValueNames = ["", "bool_param", "int64_param", "string_param", "double_param", "uint64_param"];

    private int count;

    /// <summary>What those mean that were read.</summary>
    internal ReadParameters Found { get; private set; }

    /// <summary>Reads an entry.</summary>
    /// <param name="field">The reader, on the entry.</param>
    internal void Add(in WireReader field)
    {
        var parameters = field.Field;
        if (++count > MemberNames.Most)
            throw parameters.Fault($"it has more than {MemberNames.Most} members");
        ReadOnlySpan<byte> key = default;
        var entry = new WireReader(field.Bytes, parameters, EntryNames);
        while (entry.Next())
        {
            if (entry.Number == Key)
                key = entry.Text;
        }

        var parameter = parameters.In(JsonPlace.Shown(key));
        if (key.Length > MemberNames.MostBytes)
            throw parameter.Fault($"its name has more than {MemberNames.MostBytes} bytes");
        var name = Encoding.UTF8.GetString(key);
        // A message that occurs twice is merged.
        entry = new WireReader(field.Bytes, parameters, EntryNames);
        while (entry.Next())
        {
            if (entry.Number == Value)
                AddValue(name, parameter, entry.Bytes);
        }
    }

    private void AddValue(string name, in Field parameter, ReadOnlySpan<byte> message)
    {
        var hasValue = false;
        ParameterValue value = default;
        var fields = new WireReader(message, parameter, ValueNames);
        while (fields.Next())
        {
            hasValue = hasValue || fields.Number < ValueNames.Length;
            value = fields.Number switch
            {
                1 => new() { Flag = fields.Whole != 0 },
                2 => new() { Whole = (long)fields.Whole },
                3 => new()
                {
                    IsText = true,
                    Shown = fields.Text,
                    Text = fields.Text.Length <= ParameterValue.MostText ? Encoding.UTF8.GetString(fields.Text) : null,
                },
                4 => fields.Type == WireType.Fixed64 ? default : throw fields.WrongType(WireType.Fixed64),
                5 => new() { Whole = fields.Whole },
                _ => value,
            };
        }

        if (hasValue && !ParameterRules.IsOfBinary(name))
            Found = ParameterRules.Add(parameter.ToString(), name, place, value, Found);
    }
}
