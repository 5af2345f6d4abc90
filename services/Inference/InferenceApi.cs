using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Reporting;

namespace ModelServing.Inference;

/// <summary>The model's paths of the Open Inference Protocol: its metadata, whether it is ready, inference.</summary>
internal sealed class InferenceApi(InferenceSettings settings, ArtifactLoader loader, Readiness readiness, InferenceMetrics metrics, TimeProvider time, ILogger<InferenceApi> logger, RequestRecorder? recorder = null)
    : IDisposable
{
    // The protocol's header of its binary extension: the length of the JSON before the tensors' bytes.
    private const string BinaryHeader = "Inference-Header-Content-Length";
    private const int KeptAnswers = 64;
    private const int KeptAnswerBytes = 256 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RunGate gate = new(settings.Concurrency > 0 ? settings.Concurrency : Environment.ProcessorCount, settings.QueueLimit, metrics, time);
    private readonly ConcurrentBag<InferAnswer> answers = [];

    public void Dispose()
    {
        gate.Dispose();
        foreach (var answer in answers)
            answer.Dispose();
    }

    internal Task MetadataAsync(HttpContext context) => loader.Model is { } model
        ? WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("name"u8, model.Name);
            json.WriteStartArray("versions"u8);
            json.WriteStringValue(model.Version);
            json.WriteEndArray();
            json.WriteString("platform"u8, "onnxruntime_onnx"u8);
            WriteTensors(json, "inputs", model.Inputs);
            WriteTensors(json, "outputs", model.Outputs);
        })
        : NotReadyAsync(context);

    internal Task ReadyAsync(HttpContext context)
    {
        var ready = loader.Model is not null && readiness.Reason is null;
        return WriteAsync(context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteString("name"u8, settings.Model.Text);
            json.WriteBoolean("ready"u8, ready);
        });
    }

    internal Task NotFoundAsync(HttpContext context) => Problems.NoSuchPath.WriteAsync(
        context,
        $"There is nothing at {context.Request.Path}; this service has {InferencePaths.Model(settings.Model, settings.Version)}[/ready|/infer]",
        RequestIdOf(context));

    /// <summary>Answers an inference request.</summary>
    /// <remarks>
    /// <code>
    /// 1 refuse    what can't be answered, before its body is read
    /// 2 read      the body into tensors
    /// 3 wait      for a turn at the model
    /// 4 run       the model
    /// 5 write     the answer
    /// </code>
    /// </remarks>
    internal async Task InferAsync(HttpContext context)
    {
        var began = time.GetTimestamp();
        var isNonFinite = false;
        try
        {
            if (loader.Model is not { } model)
                await NotReadyAsync(context);
            else if (gate.IsFull)
                await QueueFullAsync(context);
            else if (Unsupported(context.Request) is { } what)
                await Problems.UnsupportedBody.WriteAsync(context, what, RequestIdOf(context));
            else
                isNonFinite = await AnswerAsync(context, model, began, PatienceOf(context.Request));
        }
        catch (RequestFaultException e)
        {
            await Problems.InvalidRequest.WriteAsync(context, e.Message, RequestIdOf(context));
        }
        catch (BadHttpRequestException e)
        {
            var problem = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Problems.BodyTooLarge : Problems.InvalidRequest;
            await problem.WriteAsync(context, $"{e.Message} The body may have {settings.MaxRequestBytes} bytes.", RequestIdOf(context));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; there is nobody to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            InferenceLog.Failed(logger, RequestIdOf(context), e);
            await Problems.Internal.WriteAsync(context, "The service failed at this request; its log says how", RequestIdOf(context));
        }

        var status = context.RequestAborted.IsCancellationRequested ? StatusCodes.Status499ClientClosedRequest : context.Response.StatusCode;
        var elapsed = time.GetElapsedTime(began);
        metrics.Answered(status, elapsed);
        recorder?.Answered(context.Request.Headers, status, isNonFinite, elapsed);
    }

    // Whether an output of the answer holds NaN or infinity.
    private async Task<bool> AnswerAsync(HttpContext context, LoadedModel model, long began, TimeSpan? patience)
    {
        using var request = await ReadAsync(context, model); // 2
        switch (await gate.EnterAsync(Left(patience, began), context.RequestAborted)) // 3
        {
            case Turn.QueueFull:
                await QueueFullAsync(context);
                return false;
            case Turn.Late:
                await Problems.Deadline.WriteAsync(context, $"There was no turn at the model within the {patience?.TotalMilliseconds:0} ms that the request had", RequestIdOf(context));
                return false;
        }

        if (!answers.TryTake(out var answer))
            answer = new InferAnswer();
        try
        {
            Run(model, request, answer); // 4
        }
        catch (OnnxRuntimeException e)
        {
            InferenceLog.ModelFailed(logger, RequestIdOf(context), e.Message);
            var problem = e.Message.Contains("InvalidArgument", StringComparison.Ordinal) ? Problems.InvalidRequest : Problems.ModelFailed;
            await problem.WriteAsync(context, $"The model could not be run on these inputs: {e.Message}", RequestIdOf(context));
            return false;
        }
        finally
        {
            gate.Leave();
        }

        // 5
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Body.Length;
        if (answer.IsNonFinite)
            context.Response.Headers[HeaderNames.ModelOutcome] = HeaderNames.NonFinite;
        var isNonFinite = answer.IsNonFinite;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        Keep(answer);
        return isNonFinite;
    }

    private void Run(LoadedModel model, InferRequest request, InferAnswer answer)
    {
        var began = time.GetTimestamp();
        using var outputs = model.Run(request);
        metrics.ModelRan(time.GetElapsedTime(began));
        answer.Write(model, request.Id, request.Outputs, outputs);
    }

    private static async ValueTask<InferRequest> ReadAsync(HttpContext context, LoadedModel model)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            if (!read.IsCompleted)
            {
                // Kept and read on; the server holds it against the largest body.
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return Read(read.Buffer, model);
            }
            finally
            {
                body.AdvanceTo(read.Buffer.End);
            }
        }
    }

    private static InferRequest Read(in ReadOnlySequence<byte> body, LoadedModel model)
    {
        if (body.IsSingleSegment)
            return model.Reader.Read(body.FirstSpan);
        var rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(rented);
            return model.Reader.Read(rented.AsSpan(0, (int)body.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Null where the caller doesn't say how long it waits.
    private static TimeSpan? PatienceOf(HttpRequest request)
    {
        if (request.Headers[HeaderNames.RequestTimeout] is not { Count: > 0 } waits)
            return null;
        return waits.Count == 1 && RequestTimeout.TryParse(waits[0], out var patience)
            ? patience
            : throw new RequestFaultException(HeaderNames.RequestTimeout, $"it is '{waits}'; it has to be {RequestTimeout.Form}");
    }

    private TimeSpan? Left(TimeSpan? patience, long began) =>
        patience - time.GetElapsedTime(began) is { } left ? left > TimeSpan.Zero ? left : TimeSpan.Zero : null;

    private static string? Unsupported(HttpRequest request)
    {
        if (request.Headers.ContainsKey(BinaryHeader))
            return $"{BinaryHeader}: binary tensor data is not read by this version; send the tensors as JSON";
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
            return $"Content-Encoding: '{encoding}' is not read; send the JSON as it is";
        return null;
    }

    private Task NotReadyAsync(HttpContext context) =>
        Problems.NotReady.WriteAsync(context, $"{settings.Model} version {settings.Version} is not ready: {readiness.Reason}", RequestIdOf(context), RetryAfter);

    private Task QueueFullAsync(HttpContext context) =>
        Problems.QueueFull.WriteAsync(context, $"{settings.QueueLimit} requests wait for {settings.Model} version {settings.Version} already", RequestIdOf(context), RetryAfter);

    private void Keep(InferAnswer answer)
    {
        if (answer.Capacity <= KeptAnswerBytes && answers.Count < KeptAnswers)
            answers.Add(answer);
        else
            answer.Dispose();
    }

    private static string? RequestIdOf(HttpContext context) => context.Request.Headers[HeaderNames.RequestId] is { Count: 1 } id ? id.ToString() : null;

    private static void WriteTensors(Utf8JsonWriter json, string name, IReadOnlyList<TensorSpec> specs)
    {
        json.WriteStartArray(name);
        foreach (var spec in specs)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, spec.Utf8Name);
            json.WriteString("datatype"u8, spec.Utf8Datatype);
            json.WriteStartArray("shape"u8);
            foreach (var length in spec.Shape)
                json.WriteNumberValue(length);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> members)
    {
        var body = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}

internal static partial class InferenceLog
{
    [LoggerMessage(40, LogLevel.Error, "Request {RequestId} failed in the service")]
    internal static partial void Failed(ILogger logger, string? requestId, Exception exception);

    [LoggerMessage(41, LogLevel.Warning, "Request {RequestId}: the model failed: {Why}")]
    internal static partial void ModelFailed(ILogger logger, string? requestId, string why);
}
