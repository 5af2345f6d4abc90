using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Predictions;
using ModelServing.Hosting;
using ModelServing.Inference.Features;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference.Recording;

/// <summary>Writes a record for each prediction, and for each failure of the version, from the tensors themselves. What the caller got
/// wrong is not a prediction, and neither is a request that was refused before the model's turn.</summary>
internal sealed class PredictionRecorder(
    VersionSettings settings, PredictionLog log, TimeProvider time, ILogger<PredictionRecorder> logger)
{
    private readonly PredictionLogSettings logged = settings.Predictions!;
    private readonly KeyedHash? hash = KeyedHash.Create(settings.Predictions!.HashKey);
    private Heads? heads;

    /// <summary>Whether predictions must be refused because their records can't be kept.</summary>
    internal bool IsRefusing => log.IsRefusing;

    internal TimeProvider Time => time;

    /// <summary>Waits until the disk has what this request's thread recorded, if the mode demands it.</summary>
    /// <returns>Whether the request may be answered.</returns>
    internal ValueTask<bool> OnDiskAsync() => log.OnDiskAsync();

    /// <summary>Records a prediction.</summary>
    /// <returns>Whether the request may be answered.</returns>
    internal bool Answered(
        RecordedAttempt attempt, LoadedModel model, InferRequest request, IReadOnlyList<RuntimeTensor> outputs, InferAnswer answer)
    {
        if (!answer.IsNonFinite && !IsSampled(attempt.RequestId))
            return true;
        try
        {
            var writer = RecordWriter.Begin(attempt.Head(settings, time, StatusCodes.Status200OK, reason: null, answer.IsNonFinite));
            WriteInputs(writer, model, request);
            var wanted = request.Outputs;
            for (var i = 0; i < wanted.Length; i++)
            {
                var place = new RecordedTensorPlace(IsInput: false, heads!.Outputs[wanted[i]]);
                model.Outputs[wanted[i]].Format.Record(writer, place, outputs[i], hash);
            }

            WriteEnd(writer, attempt, model, request.Features);
            return log.TryAppend(writer);
        }
        catch (Exception e)
        {
            return NotRecorded(attempt, e);
        }
    }

    /// <summary>Records that the version has no answer. The failure is answered whether its record is kept or not.</summary>
    /// <param name="problem">The answer.</param>
    /// <param name="model">The model; null if the inputs are not available any more.</param>
    /// <param name="request">The inputs.</param>
    internal void Failed(RecordedAttempt attempt, Problem problem, LoadedModel? model = null, InferRequest? request = null)
    {
        if (WriteFailure(attempt, problem, model, request) is { } writer)
            Append(writer);
    }

    /// <summary>Writes the record of a failure without appending it: the thread's next record takes its place.</summary>
    internal RecordWriter? WriteFailure(RecordedAttempt attempt, Problem problem, LoadedModel? model, InferRequest? request)
    {
        try
        {
            var writer = RecordWriter.Begin(attempt.Head(settings, time, problem.Status, problem.Reason, isNonFinite: false));
            if (model is not null && request is not null)
                WriteInputs(writer, model, request);
            WriteEnd(writer, attempt, model, request?.Features);
            return writer;
        }
        catch (Exception e)
        {
            _ = NotRecorded(attempt, e);
            return null;
        }
    }

    /// <summary>Appends the record of a failure.</summary>
    internal void Append(RecordWriter writer) => _ = log.TryAppend(writer);

    private bool NotRecorded(RecordedAttempt attempt, Exception e)
    {
        RecordingLog.Failed(logger, attempt.RequestId, e);
        log.CountUnwritten();
        return !logged.RefuseWhenFull;
    }

    private void WriteInputs(RecordWriter writer, LoadedModel model, InferRequest request)
    {
        if (heads is not { } known || known.Model != model)
            heads = new Heads(model, logged);
        for (var i = 0; i < request.Inputs.Length; i++)
        {
            var place = new RecordedTensorPlace(IsInput: true, heads.Inputs[i]);
            model.RequestInputs[i].Format.Record(writer, place, request.Inputs[i], hash);
        }

        if (request.Features is { } features)
        {
            var place = new RecordedTensorPlace(IsInput: true, heads.Features!);
            model.Features!.Target.Format.Record(writer, place, features.Tensor, hash);
        }
    }

    private static void WriteEnd(RecordWriter writer, RecordedAttempt attempt, LoadedModel? model, ResolvedFeatures? features)
    {
        writer.Times(attempt.Times.Split());
        for (var view = 0; features is not null && view < model!.Features!.Views.Length; view++)
            writer.View(model.Features.Views[view].Head, features.Sequences(view), features.Statuses(view));
        writer.Trace(attempt.Trace);
    }

    // By the request, so that all attempts of one are recorded, or none.
    private bool IsSampled(string requestId) => logged.Sample >= PredictionLogSettings.WholeSample
        || (int)(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(requestId.AsSpan())) % PredictionLogSettings.WholeSample) < logged.Sample;

    private sealed class Heads(LoadedModel model, PredictionLogSettings logged)
    {
        internal LoadedModel Model => model;

        internal TensorHead[] Inputs { get; } = [.. model.RequestInputs.Select(spec => HeadOf(spec, logged))];

        internal TensorHead? Features { get; } = model.Features is { } plan ? HeadOf(plan.Target, logged) : null;

        internal TensorHead[] Outputs { get; } = [.. model.Outputs.Select(spec => HeadOf(spec, logged))];

        private static TensorHead HeadOf(TensorSpec spec, PredictionLogSettings logged) => new(
            spec.Name,
            Encoding.UTF8.GetString(spec.Utf8Datatype),
            logged.Drop.Contains(spec.Name) ? TensorFate.Dropped
                : logged.Hash.Contains(spec.Name) ? TensorFate.Hashed
                : TensorFate.Kept);
    }
}

internal static partial class RecordingLog
{
    [LoggerMessage(60, LogLevel.Error, "The record of request {RequestId} can't be written")]
    internal static partial void Failed(ILogger logger, string requestId, Exception exception);
}
