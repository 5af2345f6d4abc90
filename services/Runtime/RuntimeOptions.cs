using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Runtime;

/// <summary>The options with which every program opens and calls a model, so that a model that one of them can open can be opened by
/// all.</summary>
public static class RuntimeOptions
{
    /// <param name="threads">The number of threads that one call may use.</param>
    public static SessionOptions CreateSessionOptions(int threads)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Threads that spin while they wait would take processor time from other versions on the machine.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        // The bytes were inspected as ONNX. Without this the runtime would look for its own format first.
        options.AddSessionConfigEntry("session.load_model_format", "ONNX");
        return options;
    }

    // Failures are thrown and logged by this program. Otherwise the runtime would also write them to standard error.
    public static RunOptions CreateRunOptions() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
}
