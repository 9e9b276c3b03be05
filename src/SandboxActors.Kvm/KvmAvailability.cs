namespace SandboxActors.Kvm;

/// <summary>Whether sandboxes can run on KVM here.</summary>
/// <param name="IsUsable">Whether they can.</param>
/// <param name="Reason">One line: what is missing and how to get it; empty if nothing is.</param>
public readonly record struct KvmAvailability(bool IsUsable, string Reason);
