using System.Runtime.InteropServices;
using ModelServing.Contracts;
using ModelServing.Predictions;
using ModelServing.Registry;

namespace ModelServing.Jobs;

/// <summary>Runs a job until it is done, or until a signal or the end of its input stops it.</summary>
internal static class JobRun
{
    /// <param name="stopsWithInput">Whether the end of standard input stops the job, as <c>ms</c> wants it: then no signal goes to a
    /// process identifier that another process may have by then.</param>
    /// <param name="body">The job.</param>
    internal static async Task<int> RunAsync(bool stopsWithInput, Func<CancellationToken, Task> body)
    {
        using var stop = new CancellationTokenSource();
        var registrations = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, context =>
            {
                // The second signal gets the system's default action.
                context.Cancel = !stop.IsCancellationRequested;
                stop.Cancel();
            })).ToList();
        if (stopsWithInput)
        {
            // A background thread, because a read of standard input can't be cancelled.
            _ = Task.Factory.StartNew(
                () => WaitForEnd(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        try
        {
            await body(stop.Token);
            return JobExit.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Say("interrupted; the job has no result");
            return JobExit.Interrupted;
        }
        catch (JobException e)
        {
            Say(e.Message);
            return e.ExitCode;
        }
        catch (ContractException e)
        {
            Say(e.Message);
            return JobExit.WrongInput;
        }
        catch (Exception e) when (e is PredictionStoreException or RegistryException or IOException or UnauthorizedAccessException)
        {
            Say(e.Message);
            return JobExit.Failed;
        }
        catch (Exception e)
        {
            Say($"unexpected {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            return JobExit.Failed;
        }
        finally
        {
            foreach (var registration in registrations)
                registration.Dispose();
        }
    }

    private static void Say(string line) => Console.Error.WriteLine(VisibleText.From(OwnCommand.In(line)));

    private static void WaitForEnd(CancellationTokenSource stop)
    {
        try
        {
            while (Console.In.Read() >= 0)
            {
            }

            stop.Cancel();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The job has ended, or has no input to wait for.
        }
    }
}
