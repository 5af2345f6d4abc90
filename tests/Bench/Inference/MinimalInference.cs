using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Runtime;

namespace ModelServing.Bench.Inference;

/// <summary>
/// An inference server that does little but run the model, as its own process: what Kestrel and ONNX Runtime cost by themselves. Each
/// request is a call of the model on the thread that read it. There are no checks, limits, deadlines, logs, metrics or routes. Kestrel has
/// the same options as in Inference.
/// </summary>
internal static class MinimalInference
{
    internal const string Command = "minimal-inference";

    private static readonly string[] InputNames = ["x"];
    private static readonly string[] OutputNames = ["y"];

    internal static Command Create()
    {
        var model = new Argument<string>("model");
        var features = new Argument<int>("features");
        var port = new Argument<int>("port");
        var command = new Command(Command, "Runs an inference server that does little else. The bench starts it.")
        {
            model, features, port,
        };
        command.Hidden = true;
        command.SetAction((arguments, cancellation) => RunAsync(
            arguments.GetRequiredValue(model), arguments.GetValue(features), arguments.GetValue(port), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string model, int features, int port, CancellationToken cancellation)
    {
        using var options = RuntimeOptions.CreateSessionOptions(threads: 1);
        using var session = new InferenceSession(await File.ReadAllBytesAsync(model, cancellation), options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.Configure<SocketTransportOptions>(static sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
        await using var app = builder.Build();
        app.Run(context => AnswerAsync(context, session, features));
        await app.StartAsync(cancellation);
        // The bench closes the input after the measurement.
        await Console.In.ReadToEndAsync(cancellation);
        await app.StopAsync(cancellation);
        return ExitCode.Done;
    }

    private static async Task AnswerAsync(HttpContext context, InferenceSession session, int features)
    {
        var body = context.Request.BodyReader;
        var read = await body.ReadAsync(context.RequestAborted);
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(context.RequestAborted);
        }

        var numbers = Read(read.Buffer, features);
        body.AdvanceTo(read.Buffer.End);
        var answer = new ArrayBufferWriter<byte>();
        Run(session, numbers, features, answer);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.WrittenCount;
        await context.Response.Body.WriteAsync(answer.WrittenMemory, context.RequestAborted);
    }

    private static float[] Read(ReadOnlySequence<byte> body, int features)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("data"u8))
                continue;
            var numbers = new List<float>(features);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.Number)
                numbers.Add(reader.GetSingle());
            return [.. numbers];
        }

        throw new BenchException("a request has no data");
    }

    private static void Run(InferenceSession session, float[] numbers, int features, ArrayBufferWriter<byte> answer)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(numbers, [numbers.Length / features, features]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, InputNames, [input], OutputNames);
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteString("model_name"u8, "m"u8);
        json.WriteStartArray("outputs"u8);
        json.WriteStartObject();
        json.WriteString("name"u8, "y"u8);
        json.WriteString("datatype"u8, "FP32"u8);
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(numbers.Length / features);
        json.WriteNumberValue(1);
        json.WriteEndArray();
        json.WriteStartArray("data"u8);
        foreach (var number in outputs[0].GetTensorDataAsSpan<float>())
            json.WriteNumberValue(number);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
