using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pulumi;

/// <summary>Serializes a value that contains outputs. An unknown or secret part makes the whole unknown or secret.</summary>
internal sealed class OutputJson : JsonConverterFactory
{
    private OutputData<bool> sum = OutputData<bool>.Known(true);

    internal static async Task<OutputData<string>> SerializeAsync<T>(Output<T> value, JsonSerializerOptions? options)
    {
        var data = await value.Data.ConfigureAwait(false);
        if (!data.IsKnown)
            return new(data.Resources, "", false, data.IsSecret);

        var inner = new OutputJson();
        var all = options is null ? new JsonSerializerOptions() : new JsonSerializerOptions(options);
        all.Converters.Add(inner);
        // On another thread, because the converters block on the outputs inside.
        var json = await Task.Run(() => JsonSerializer.Serialize(data.Value, all)).ConfigureAwait(false);
        var (resources, _, isKnown, isSecret) = inner.sum;
        return new(data.Resources.Union(resources), isKnown ? json : "", isKnown, data.IsSecret || isSecret);
    }

    public override bool CanConvert(Type typeToConvert) =>
        typeof(IOutput).IsAssignableFrom(typeToConvert) || typeof(IInput).IsAssignableFrom(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Writer<>).MakeGenericType(typeToConvert), this)!;

    private sealed class Writer<T>(OutputJson owner) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            var output = value as IOutput ?? ((IInput)value!).ToOutput();
            var data = output.GetDataAsync().GetAwaiter().GetResult();
            var sum = owner.sum;
            owner.sum = new(sum.Resources.Union(data.Resources), true, sum.IsKnown && data.IsKnown, sum.IsSecret || data.IsSecret);
            if (data.IsKnown)
                JsonSerializer.Serialize(writer, data.Value, options);
            else
                writer.WriteNullValue();
        }
    }
}
