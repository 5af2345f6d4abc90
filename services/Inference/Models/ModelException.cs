using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>An artifact that can't be served; the message says why.</summary>
internal sealed class ModelException(string message, Exception? cause = null) : Exception(message, cause);
