using System.Globalization;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>What came of a call.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="IsFault">Whether it is the function's own fault: its handler threw.</param>
internal sealed record FunctionResult(FunctionAnswer Answer, bool IsFault = false);
