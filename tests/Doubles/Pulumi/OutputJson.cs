using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pulumi;

/// <summary>Writes a value with outputs in it as JSON: an unknown or secret part makes the whole one.</summary>
internal sealed class OutputJson : JsonConverterFactory
{
    private OutputData<bool> sum = OutputData<bool>.Of(true);

    internal static async Task<OutputData<string>> SerializeAsync<T>(Output<T> value, JsonSerializerOptions? options)
    {
        var data = await value.Data.ConfigureAwait(false);
        if (!data.IsKnown)
            return new(data.Resources, "", false, data.IsSecret);

        var inner = new OutputJson();
        var all = options is null ? new JsonSerializerOptions() : new JsonSerializerOptions(options);
        all.Converters.Add(inner);
        // On a thread of its own: the converters wait for the outputs inside.
        var json = await Task.Run(() => JsonSerializer.Serialize(data.Value, all)).ConfigureAwait(false);
        var (resources, _, isKnown, isSecret) = inner.sum;
        return new(data.Resources.Union(resources), isKnown ? json : "", isKnown, data.IsSecret || isSecret);
    }

    public override bool CanConvert(Type typeToConvert) => typeof(IOutput).IsAssignableFrom(typeToConvert) || typeof(IInput).IsAssignableFrom(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Writer<>).MakeGenericType(typeToConvert), this)!;

    private sealed class Writer<T>(OutputJson owner) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            var output = value as IOutput ?? ((IInput)value!).ToOutput();
            var data = output.GetDataAsync().GetAwaiter().GetResult();
            owner.sum = new(owner.sum.Resources.Union(data.Resources), true, owner.sum.IsKnown && data.IsKnown, owner.sum.IsSecret || data.IsSecret);
            if (data.IsKnown)
                JsonSerializer.Serialize(writer, data.Value, options);
            else
                writer.WriteNullValue();
        }
    }
}
