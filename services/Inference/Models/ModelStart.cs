using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Crashes;
using ModelServing.Registry;
using ModelServing.Runtime;

namespace ModelServing.Inference.Models;

/// <summary>Opens a model and warms it up, on a thread of its own and within a time limit. If the runtime does not stop at the limit, the
/// thread is abandoned.</summary>
internal sealed class ModelStart : WatchedRun
{
    private readonly Artifact artifact;
    private readonly RunWatch watch;
    private readonly VersionSettings settings;
    private readonly SessionOptions options;
    private readonly ModelMemory memory;
    private readonly Action<string> isCold;
    private LoadedModel? known;
    private VersionRecord? record;
    private int slot = -1;
    private readonly TaskCompletionSource<LoadedModel> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ModelStart(
        Artifact artifact,
        VersionSettings settings,
        ModelMemory memory,
        RunWatch watch,
        Action<string> isCold,
        long deadline,
        CancellationToken cancellation)
        : base(deadline, cancellation)
    {
        this.artifact = artifact;
        this.settings = settings;
        options = RuntimeOptions.CreateSessionOptions(settings.Host.Threads);
        this.memory = memory;
        this.watch = watch;
        this.isCold = isCold;
    }

    /// <param name="artifact">A verified and accepted artifact.</param>
    /// <param name="settings">The number of threads of a call, and the largest batch.</param>
    /// <param name="memory">What it may use. If it opens, it owns its place.</param>
    /// <param name="watch">Ends the work in time.</param>
    /// <param name="known">The same version as it was last open; null if it never was.</param>
    /// <param name="record">Notes it, for the process that follows if this one crashes; null for no notes.</param>
    /// <param name="isCold">Receives the runtime's message if the model does not accept zeros.</param>
    /// <param name="deadline">The timestamp at which the model must be warm.</param>
    /// <param name="cancellation">Cancelled when the host stops.</param>
    /// <exception cref="ModelException">The artifact can't be served.</exception>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    internal static async Task<LoadedModel> RunAsync(
        Artifact artifact,
        VersionSettings settings,
        ModelMemory memory,
        RunWatch watch,
        LoadedModel? known,
        VersionRecord? record,
        Action<string> isCold,
        long deadline,
        CancellationToken cancellation)
    {
        var start = new ModelStart(artifact, settings, memory, watch, isCold, deadline, cancellation) { known = known, record = record };
        new Thread(start.Run) { IsBackground = true, Name = "open model" }.Start();
        try
        {
            return await start.opened.Task;
        }
        catch (TimeoutException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    internal override void End()
    {
        options.SetLoadCancellationFlag(true);
        base.End();
    }

    internal override void Lose() => record?.CanNotEnd(slot);

    internal override void Abandon() => opened.TrySetException(new TimeoutException());

    private void Run()
    {
        watch.Add(this);
        LoadedModel? model = null;
        try
        {
            if (!watch.TryStart(this))
                throw new TimeoutException();
            slot = record?.Enter(isOpening: true) ?? -1;
            model = LoadedModel.Open(artifact, options, memory);
            var began = Stopwatch.GetTimestamp();
            WarmUp(model);
            if (known is not null)
                model.Continue(known);
            else
                model.FindBatching(settings.BatchRows, Options);
            model.WarmUpTime = Stopwatch.GetElapsedTime(began);
            if (opened.TrySetResult(model))
                model = null;
        }
        catch (Exception e)
        {
            opened.TrySetException(IsEnding ? new TimeoutException() : e);
        }
        finally
        {
            model?.Dispose();
            record?.Leave(slot);
            watch.Remove(this);
            options.Dispose();
        }
    }

    private void WarmUp(LoadedModel model)
    {
        try
        {
            model.WarmUp(Options);
        }
        catch (OnnxRuntimeException e) when (!IsEnding)
        {
            // Zeros may not be a valid input; the version may still answer real requests.
            isCold(e.Message);
        }
    }
}
