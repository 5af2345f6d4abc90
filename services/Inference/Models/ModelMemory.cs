using ModelServing.Runtime;

namespace ModelServing.Inference.Models;

/// <summary>The memory that a model may use once it is open.</summary>
/// <param name="RuntimeBytes">The most that calls may use together, in bytes.</param>
/// <param name="Arena">What its calls share with those of other models; null for memory of its own.</param>
/// <param name="Place">Its place among the opened models of its pool, which it gives back when it is closed; null without a pool.</param>
internal readonly record struct ModelMemory(long RuntimeBytes, RuntimeArena? Arena, IDisposable? Place);
